/**
 * Tokens that are kept in a store and replaced before they expire: once for all who wait, and by one process for the
 * others that share the store.
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Source } from "../Credentials.ts"
import type { BadRefreshToken, Refusal, Service, Store, Tokens } from "../OAuth.ts"
import * as SingleFlight from "./singleFlight.ts"

/** No word of what the store says in its errors: it is not ours to repeat. */
class TokenStoreFailed extends Schema.TaggedError<TokenStoreFailed>()("TokenStoreFailed", {}) {}

/** A call for another token is not the call that needed it, whose outcome it must not be taken for. */
class RefreshFailed extends Schema.TaggedError<RefreshFailed>()("RefreshFailed", { retryable: Schema.Boolean }) {}

type Failure = TokenStoreFailed | RefreshFailed | Refusal

export interface Options {
  readonly oauth: Pick<Service, "refresh">
  readonly store: Store
  /** How long before they expire tokens are replaced, in milliseconds. */
  readonly early: number
  /** How long the store may take, in milliseconds. */
  readonly storeTimeout: number
}

export const make = ({ early, oauth, store, storeTimeout }: Options): Effect.Effect<Source, never, Scope.Scope> =>
  Effect.map(SingleFlight.make<Tokens, Failure>(), ({ run }) => {
    let current: Tokens | undefined
    /** The refresh token in the store is void, and these are the only ones that there are. */
    let unsaved: Tokens | undefined
    /** What HubSpot did not take, whatever the clock says. */
    let expired: Redacted.Redacted | undefined

    const lasts = (tokens: Tokens, now: number, margin: number): boolean =>
      now + margin < DateTime.toEpochMillis(tokens.expiresAt) && !Equal.equals(tokens.accessToken, expired)

    const inTime = <A>(access: Effect.Effect<A, unknown>): Effect.Effect<A, TokenStoreFailed> =>
      access.pipe(
        Effect.mapError(() => new TokenStoreFailed()),
        Effect.disconnect, // whatever is being written is written, even when nobody waits for it any longer
        Effect.timeoutFail({ duration: storeTimeout, onTimeout: () => new TokenStoreFailed() })
      )
    const read = inTime(store.get)
    const save = (tokens: Tokens) =>
      Effect.suspend(() => {
        unsaved = tokens
        return Effect.map(inTime(Effect.uninterruptible(store.set(tokens))), () => {
          unsaved = undefined
          return tokens
        })
      })

    const refresh = (tokens: Tokens): Effect.Effect<Tokens, Failure> =>
      oauth.refresh(tokens.refreshToken).pipe(
        Effect.mapError((error) => isRefusal(error) ? error : new RefreshFailed({ retryable: error.retryable })),
        Effect.flatMap(save)
      )
    const orRefresh = (tokens: Tokens): Effect.Effect<Tokens, Failure> =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => lasts(tokens, now, early) ? Effect.succeed(tokens) : refresh(tokens)
      )

    /** Another process may have used it up a moment ago, and be about to write down the one that it got. */
    const orElseAnother = (tried: Tokens) => (error: BadRefreshToken) =>
      Effect.flatMap(
        Effect.delay(read, "1 second"),
        (stored) => Equal.equals(stored.refreshToken, tried.refreshToken) ? Effect.fail(error) : orRefresh(stored)
      )

    const fromStore = Effect.flatMap(
      read,
      (stored) => Effect.catchTag(orRefresh(stored), "BadRefreshToken", orElseAnother(stored))
    )

    const renewed = run(
      Effect.suspend(() => unsaved === undefined ? fromStore : Effect.flatMap(save(unsaved), orRefresh)).pipe(
        Effect.tap((tokens) => {
          current = tokens
        })
      )
    )

    return {
      token: Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<Redacted.Redacted, Failure> => {
        if (current !== undefined && lasts(current, now, early)) return Effect.succeed(current.accessToken)
        return Effect.catchAll(
          Effect.map(renewed, ({ accessToken }) => accessToken),
          // It was early: what there is will do until it has expired.
          (error) =>
            current !== undefined && lasts(current, now, 0) ? Effect.succeed(current.accessToken) : Effect.fail(error)
        )
      }),
      renew: (refused) =>
        Effect.suspend(() => {
          // Somebody else has seen to it already.
          if (current !== undefined && !Equal.equals(current.accessToken, refused)) return Effect.succeed(true)
          expired = refused
          return Effect.map(renewed, ({ accessToken }) => !Equal.equals(accessToken, refused))
        })
    }
  })

const isRefusal = (error: ApiError | Refusal): error is Refusal =>
  error._tag === "BadRefreshToken" || error._tag === "BadAuthCode" || error._tag === "OAuthRefused"
