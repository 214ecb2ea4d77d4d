/**
 * Questions that are asked at about the same time, by whichever fibres, are asked together.
 *
 * A batch waits for others until its window is over or it is full. It belongs to its owner's scope and not to the caller
 * that happened to be the first: whoever is interrupted, or stops at its own deadline, leaves and disturbs nobody else.
 * The last one to leave interrupts the batch, and waits until nothing of it is left. Who is in a batch is settled when
 * it is sent, and so is its deadline: the latest of theirs. What is under way is never joined, as its answer may be
 * older than the question.
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as Deadline from "effect-resilience/Deadline"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"
import type { Item } from "./batches.ts"
import * as Gathering from "./gathering.ts"
import * as Turns from "./turns.ts"

/** By the keys of the items; what is left out has not been answered. */
export type Answers = ReadonlyMap<string, Either.Either<unknown, ApiError>>

type OnDeadline = (limit: Duration.Duration, outcome: "not-sent" | "unknown") => ApiError

export interface Question<R> {
  /** Only questions of the same group are asked together. */
  readonly group: string
  /** Equal keys are one item, whoever asks; what must not be shared takes turns. */
  readonly item: Item
  /** Items in one batch. */
  readonly most: number
  /** That of the first who asks is run for all, in the context and with the fibre refs of that one. */
  readonly send: (items: ReadonlyArray<Item>) => Effect.Effect<Answers, never, R>
  readonly onDeadline: OnDeadline
  /** It is not over before the batch is, whatever becomes of the caller. */
  readonly turn?: Turns.Turn | undefined
}

export interface Batching {
  /** Whether writes are merged too. */
  readonly writes: boolean
  /** The answer to one question, if there is one. */
  readonly ask: <R>(
    question: Question<R>
  ) => Effect.Effect<Either.Either<unknown, ApiError> | undefined, ApiError, R>
  /** Begins once all that came earlier with the same key are through, and so are the batches that they were sent in. */
  readonly inTurn: <A, R>(
    key: string,
    onDeadline: OnDeadline,
    use: (turn: Turns.Turn) => Effect.Effect<A, ApiError, R>
  ) => Effect.Effect<A, ApiError, R>
}

export interface Options {
  readonly window: Duration.Duration
  readonly writes: boolean
}

interface Caller extends Gathering.Caller, Pick<Question<never>, "item" | "turn"> {}

type Batch = Gathering.Batch<Caller>

interface Run {
  readonly full: Deferred.Deferred<void>
  readonly answers: Deferred.Deferred<Answers>
  /** Set before the first caller begins to wait. */
  fiber: Fiber.Fiber<unknown>
  isSent: boolean
}

/** The scope ends whatever still runs; its callers are interrupted with it. */
export const make = ({ window, writes }: Options): Effect.Effect<Batching, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const open: Gathering.Open<Caller> = new Map()
    const runs = new WeakMap<Batch, Run>()
    const turns: Turns.Turns = new Map()

    const send = <R>(batch: Batch, run: Run, { send }: Question<R>) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          Gathering.close(open, batch)
          run.isSent = true
          const held = [...batch.callers].flatMap(({ turn }) => turn ?? [])
          held.forEach(Turns.hold)
          return held
        }),
        () => {
          const items = new Map([...batch.callers].map(({ item }) => [item.key, item]))
          return Effect.provideService(send([...items.values()]), Deadline.Deadline, Gathering.latest(batch))
        },
        (held) => Effect.sync(() => held.forEach((turn) => Turns.release(turns, turn)))
      )

    // Begun where interruption is off, so that it always gets to tell its answers.
    const begin = <R>(batch: Batch, run: Run, question: Question<R>) =>
      firstOf(Effect.sleep(window), Deferred.await(run.full)).pipe(
        Effect.zipRight(send(batch, run, question)),
        Effect.interruptible,
        Effect.exit,
        Effect.flatMap((exit) => {
          Gathering.close(open, batch)
          return Deferred.done(run.answers, exit)
        }),
        Effect.forkIn(scope),
        Effect.map((fiber) => {
          run.fiber = fiber
        })
      )

    /** Found by others from this very moment, whatever happens between here and the fork. */
    const join = <R>(question: Question<R>, caller: Caller) =>
      Effect.suspend(() => {
        const batch = Gathering.join(open, question.group, caller, question.most)
        const running = runs.get(batch)
        const run = running ?? {
          full: Deferred.unsafeMake<void>(FiberId.none),
          answers: Deferred.unsafeMake<Answers>(FiberId.none),
          fiber: Fiber.void,
          isSent: false
        }
        runs.set(batch, run)
        if (!Gathering.isOpen(open, batch)) Deferred.unsafeDone(run.full, Effect.void)
        return Effect.as(running === undefined ? begin(batch, run, question) : Effect.void, { batch, run })
      })

    const leave = (batch: Batch, caller: Caller, run: Run): Effect.Effect<void> =>
      Effect.suspend(() => {
        Gathering.leave(open, batch, caller)
        return batch.callers.size > 0 ? Effect.void : Effect.asVoid(Fiber.interrupt(run.fiber))
      })

    return {
      writes,
      ask: ({ item, onDeadline, turn, ...question }) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(Effect.zip(Deadline.Deadline, Deadline.remaining), ([deadline, limit]) => {
            if (Duration.toMillis(limit) <= 0) return Effect.fail(onDeadline(limit, "not-sent"))
            const caller = { key: item.key, deadline, item, turn }
            return Effect.flatMap(join({ ...question, item, onDeadline }, caller), ({ batch, run }) => {
              const tooLate = () => onDeadline(limit, run.isSent ? "unknown" : "not-sent")
              return restore(until(Deferred.await(run.answers), limit, tooLate)).pipe(
                Effect.map((answers) => answers.get(item.key)),
                Effect.ensuring(leave(batch, caller, run))
              )
            })
          })
        ),
      inTurn: (key, onDeadline, use) =>
        Effect.acquireUseRelease(
          Effect.sync(() => Turns.join(turns, key)),
          (turn) =>
            Effect.flatMap(Deadline.remaining, (limit) =>
              until(Deferred.await(turn.hasCome), limit, () => onDeadline(limit, "not-sent"))).pipe(
                Effect.zipRight(use(turn))
              ),
          (turn) =>
            Effect.sync(() => Turns.release(turns, turn))
        )
    }
  })

const until = <A, E, E2>(
  self: Effect.Effect<A, E>,
  limit: Duration.Duration,
  onTimeout: () => E2
): Effect.Effect<A, E | E2> =>
  Duration.isFinite(limit)
    // In a fibre of its own, it ends in time even where the caller must not be interrupted.
    ? Effect.timeoutFail(Effect.interruptible(self), { duration: limit, onTimeout })
    : self

/** `Effect.race` makes its fibres in one step and starts them in the next: interrupted in between, it would wait for ever. */
const firstOf = (self: Effect.Effect<void>, that: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.uninterruptibleMask((restore) => Effect.raceFirst(restore(self), restore(that)))
