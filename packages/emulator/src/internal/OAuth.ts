/**
 * The tokens of public apps: who has which, and until when.
 */
import type { OAuthApp } from "../OAuthApp.ts"
import * as Answer from "./Answer.ts"
import type { Call } from "./Call.ts"
import type { Portal } from "./Portal.ts"
import { firstPortal } from "./PortalId.ts"

export interface Settings {
  readonly apps: ReadonlyArray<OAuthApp>
  /** In milliseconds. */
  readonly expiresIn: number
  readonly rotate: boolean
}

interface AccessToken {
  readonly app: OAuthApp
  readonly expiresAt: number
}

export interface OAuth {
  readonly portalId: number
  readonly settings: Settings
  readonly codes: Map<string, OAuthApp>
  readonly refreshTokens: Map<string, OAuthApp>
  /** Those that have expired too, to tell them from those that never were. */
  readonly accessTokens: Map<string, AccessToken>
  nextToken: number
}

export const make = (settings: Settings, portalId: number): OAuth => ({
  portalId,
  settings,
  codes: new Map(settings.apps.flatMap((app) => (app.codes ?? []).map((code) => [code, app] as const))),
  refreshTokens: new Map(
    settings.apps.flatMap((app) => (app.refreshTokens ?? []).map((token) => [token, app] as const))
  ),
  accessTokens: new Map(),
  nextToken: 1
})

/** The app that may call with a token at this time, or why it may not. `undefined`: no app has had it. */
export const appOf = (self: OAuth, token: string, now: number): OAuthApp | Answer.Failure | undefined => {
  const known = self.accessTokens.get(token)
  if (known === undefined) return undefined
  return now < known.expiresAt ? known.app : Answer.expiredToken(known.expiresAt, now)
}

const invent = (self: OAuth, kind: "access" | "refresh"): string =>
  `emulator-${kind}-${self.portalId === firstPortal ? "" : `${self.portalId}-`}${self.nextToken++}`

export const token = ({ oauth }: Portal, call: Call): Answer.Answer => {
  const form = new URLSearchParams(call.text)
  const app = oauth.settings.apps.find(({ clientId }) => clientId === form.get("client_id"))
  if (app === undefined) return Answer.oauthError("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
  if (app.clientSecret !== form.get("client_secret")) {
    return Answer.oauthError("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
  }
  switch (form.get("grant_type")) {
    case "authorization_code": {
      const code = form.get("code") ?? ""
      if (oauth.codes.get(code) !== app) {
        return Answer.oauthError("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
      }
      oauth.codes.delete(code)
      return issue(oauth, app, call.now, invent(oauth, "refresh"))
    }
    case "refresh_token": {
      const refreshToken = form.get("refresh_token") ?? ""
      if (oauth.refreshTokens.get(refreshToken) !== app) {
        return Answer.oauthError("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
      }
      if (!oauth.settings.rotate) return issue(oauth, app, call.now, refreshToken)
      oauth.refreshTokens.delete(refreshToken)
      return issue(oauth, app, call.now, invent(oauth, "refresh"))
    }
    default:
      return Answer.oauthError("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
  }
}

const issue = (self: OAuth, app: OAuthApp, now: number, refreshToken: string): Answer.Answer => {
  const { expiresIn } = self.settings
  const accessToken = invent(self, "access")
  self.accessTokens.set(accessToken, { app, expiresAt: now + expiresIn })
  self.refreshTokens.set(refreshToken, app)
  return Answer.ok({
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: Math.floor(expiresIn / 1000),
    token_type: "bearer",
    hub_id: self.portalId,
    scopes: scopesOf(app)
  })
}

const scopesOf = ({ scopes = ["oauth"] }: OAuthApp) => scopes

const user = { user: "ada@example.com", user_id: 9001, hub_domain: "emulator.example.com" }

export const accessTokenInfo = ({ oauth }: Portal, { now, params }: Call): Answer.Answer => {
  const known = oauth.accessTokens.get(params.token!)
  if (known === undefined || known.expiresAt <= now) return Answer.notFound
  return Answer.ok({
    ...user,
    hub_id: oauth.portalId,
    token: params.token,
    app_id: 1,
    scopes: scopesOf(known.app),
    expires_in: Math.floor((known.expiresAt - now) / 1000),
    token_type: "access"
  })
}

export const refreshTokenInfo = ({ oauth }: Portal, { params }: Call): Answer.Answer => {
  const app = oauth.refreshTokens.get(params.token!)
  return app === undefined ? Answer.notFound : Answer.ok({
    ...user,
    hub_id: oauth.portalId,
    token: params.token,
    client_id: app.clientId,
    scopes: scopesOf(app),
    token_type: "refresh"
  })
}

/** Access tokens that it has brought are valid until they expire. */
export const deleteRefreshToken = ({ oauth }: Portal, { params }: Call): Answer.Answer =>
  oauth.refreshTokens.delete(params.token!) ? Answer.noContent : Answer.notFound
