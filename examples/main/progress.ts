/** How far a job is: a bar on a terminal, a line every few seconds elsewhere. */
import { Clock, Context, Duration, Effect, Layer, Ref, Schedule } from "effect"

interface State {
  readonly step: string
  readonly done: number
  readonly of: number | undefined
}

export class Progress extends Context.Tag("examples/Progress")<Progress, {
  /** Begins a step; `of` is how many things it consists of, when that is known. */
  readonly begin: (step: string, of?: number) => Effect.Effect<void>
  readonly advance: (by?: number) => Effect.Effect<void>
  /** A line of its own, above the bar. */
  readonly say: (line: string) => Effect.Effect<void>
  /** Where the job stands, in words. */
  readonly where: Effect.Effect<string>
}>() {}

const describe = ({ done, of, step }: State) => `${step}: ${done}${of === undefined ? "" : ` of ${of}`}`

const bar = (state: State): string => {
  const share = state.of === undefined || state.of === 0 ? 0 : Math.min(1, state.done / state.of)
  const cells = Math.round(share * 30)
  return `[${"█".repeat(cells)}${"░".repeat(30 - cells)}] ${describe(state)}`
}

const write = (text: string) => Effect.sync(() => process.stdout.write(text))

export const layer: Layer.Layer<Progress> = Layer.scoped(
  Progress,
  Effect.gen(function*() {
    const terminal = process.stdout.isTTY === true
    const state = yield* Ref.make<State>({ step: "starting", done: 0, of: undefined })
    const started = yield* Clock.currentTimeMillis
    const clear = terminal ? write("\r\u001b[2K") : Effect.void
    const line = (text: string) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => Effect.zipRight(clear, write(`${((now - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`))
      )
    const draw = Effect.flatMap(
      Ref.get(state),
      (state) => terminal ? Effect.zipRight(clear, write(bar(state))) : line(describe(state))
    )
    const end = Effect.flatMap(Ref.get(state), (state) => state.done > 0 ? line(describe(state)) : Effect.void)

    yield* Effect.addFinalizer(() => clear)
    yield* Effect.delay(draw, terminal ? "100 millis" : "5 seconds").pipe(
      Effect.repeat(Schedule.forever),
      Effect.forkScoped
    )

    return {
      begin: (step, of) => Effect.zipRight(end, Ref.set(state, { step, done: 0, of })),
      advance: (by = 1) => Ref.update(state, (state) => ({ ...state, done: state.done + by })),
      say: line,
      where: Effect.map(Ref.get(state), describe)
    }
  })
)

/** Silent, for tests. */
export const layerSilent: Layer.Layer<Progress> = Layer.succeed(Progress, {
  begin: () => Effect.void,
  advance: () => Effect.void,
  say: () => Effect.void,
  where: Effect.succeed("")
})

export const seconds = (duration: Duration.Duration): string => `${Duration.toSeconds(duration).toFixed(1)} s`
