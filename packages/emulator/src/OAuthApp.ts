/**
 * The public apps that may exchange codes and refresh tokens for access tokens.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

/**
 * A public app, as the emulated account has installed it.
 *
 * @since 0.1.0
 * @category models
 */
export interface OAuthApp {
  readonly clientId: string
  readonly clientSecret: string
  /** Those that are valid from the start. Default: none. */
  readonly refreshTokens?: ReadonlyArray<string> | undefined
  /** Authorization codes, each good for one exchange. Default: none. */
  readonly codes?: ReadonlyArray<string> | undefined
  /** The most that it may be let to do: `GET /oauth/authorize` may ask for fewer. Default: `Scopes.all`. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * How the emulator hands out access tokens.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly apps: ReadonlyArray<OAuthApp>
  /** How long an access token is valid. Default: 30 minutes, as at HubSpot. */
  readonly expiresIn?: Duration.DurationInput | undefined
  /** Whether a refresh answers with another refresh token and the old one is void. Default: `false`, as at HubSpot. */
  readonly rotate?: boolean | undefined
}
