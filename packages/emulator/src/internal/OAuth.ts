/**
 * The tokens of public apps: who has which, and until when.
 */
import type { OAuthApp } from "../OAuthApp.ts"
import * as Answer from "./Answer.ts"
import type { Call } from "./Call.ts"
import type { Portal } from "./Portal.ts"
import { firstPortal } from "./PortalId.ts"
import * as ScopeNames from "./ScopeNames.ts"

export interface Settings {
  readonly apps: ReadonlyArray<OAuthApp>
  /** In milliseconds. */
  readonly expiresIn: number
  readonly rotate: boolean
}

/** What an account has let an app do. */
export interface Grant {
  readonly app: OAuthApp
  readonly scopes: ReadonlySet<string>
}

interface Code extends Grant {
  /** Where it was sent, which the exchange has to repeat; a code of the options was sent nowhere. */
  readonly redirectUri: string | undefined
}

interface AccessToken extends Grant {
  readonly expiresAt: number
}

export interface OAuth {
  readonly portalId: number
  readonly settings: Settings
  readonly codes: Map<string, Code>
  readonly refreshTokens: Map<string, Grant>
  /** Those that have expired too, to tell them from those that never were. */
  readonly accessTokens: Map<string, AccessToken>
  nextToken: number
}

export const make = (settings: Settings, portalId: number): OAuth => ({
  portalId,
  settings,
  codes: new Map(
    settings.apps.flatMap((app) =>
      (app.codes ?? []).map((code) => [code, { ...wholeGrant(app), redirectUri: undefined }] as const)
    )
  ),
  refreshTokens: new Map(
    settings.apps.flatMap((app) => (app.refreshTokens ?? []).map((token) => [token, wholeGrant(app)] as const))
  ),
  accessTokens: new Map(),
  nextToken: 1
})

const scopesOf = ({ scopes = ScopeNames.all }: OAuthApp) => scopes

const wholeGrant = (app: OAuthApp): Grant => ({ app, scopes: new Set(scopesOf(app)) })

/** Who may call with a token at this time, or why nobody may. `undefined`: no app has had it. */
export const grantOf = (self: OAuth, token: string, now: number): Grant | Answer.Failure | undefined => {
  const known = self.accessTokens.get(token)
  if (known === undefined) return undefined
  return now < known.expiresAt ? known : Answer.expiredToken(known.expiresAt, now)
}

const invent = (self: OAuth, kind: "access" | "refresh" | "code"): string =>
  `emulator-${kind}-${self.portalId === firstPortal ? "" : `${self.portalId}-`}${self.nextToken++}`

/** Whoever comes has let the app in before the page is there, and goes back with a code. */
export const authorize = ({ id, oauth }: Portal, { params, query }: Call): Answer.Answer => {
  if (params.portal !== undefined && params.portal !== String(id)) return Answer.notFound
  const app = oauth.settings.apps.find(({ clientId }) => clientId === query.get("client_id"))
  if (app === undefined) return Answer.invalid("There is no app with this client_id.", { client_id: [] })
  const redirectUri = query.get("redirect_uri") ?? ""
  if (!URL.canParse(redirectUri)) {
    return Answer.invalid("The redirect_uri is no address.", { redirect_uri: [redirectUri] })
  }
  const known = new Set(scopesOf(app))
  const words = (name: string) => (query.get(name) ?? "").split(" ").filter((scope) => scope !== "")
  const strangers = words("scope").filter((scope) => !known.has(scope))
  if (strangers.length > 0) {
    return Answer.invalid("The app has not been registered with these scopes.", { scopes: strangers })
  }
  const scopes = new Set(["oauth", ...words("scope"), ...words("optional_scope").filter((scope) => known.has(scope))])
  const code = invent(oauth, "code")
  oauth.codes.set(code, { app, scopes, redirectUri })
  const back = new URL(redirectUri)
  back.searchParams.set("code", code)
  const state = query.get("state")
  if (state !== null) back.searchParams.set("state", state)
  return Answer.redirect(back.href)
}

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
      const grant = oauth.codes.get(code)
      if (grant?.app !== app) {
        return Answer.oauthError("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
      }
      if (grant.redirectUri !== undefined && grant.redirectUri !== form.get("redirect_uri")) {
        return Answer.oauthError("invalid_grant", "BAD_REDIRECT_URI", "missing or invalid redirect uri")
      }
      oauth.codes.delete(code)
      return issue(oauth, grant, call.now, invent(oauth, "refresh"))
    }
    case "refresh_token": {
      const refreshToken = form.get("refresh_token") ?? ""
      const grant = oauth.refreshTokens.get(refreshToken)
      if (grant?.app !== app) {
        return Answer.oauthError("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
      }
      if (!oauth.settings.rotate) return issue(oauth, grant, call.now, refreshToken)
      oauth.refreshTokens.delete(refreshToken)
      return issue(oauth, grant, call.now, invent(oauth, "refresh"))
    }
    default:
      return Answer.oauthError("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
  }
}

const issue = (self: OAuth, { app, scopes }: Grant, now: number, refreshToken: string): Answer.Answer => {
  const { expiresIn } = self.settings
  const accessToken = invent(self, "access")
  self.accessTokens.set(accessToken, { app, scopes, expiresAt: now + expiresIn })
  self.refreshTokens.set(refreshToken, { app, scopes })
  return Answer.ok({
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: Math.floor(expiresIn / 1000),
    token_type: "bearer",
    hub_id: self.portalId,
    scopes: [...scopes]
  })
}

const user = { user: "ada@example.com", user_id: 9001, hub_domain: "emulator.example.com" }

export const accessTokenInfo = ({ oauth }: Portal, { now, params }: Call): Answer.Answer => {
  const known = oauth.accessTokens.get(params.token!)
  if (known === undefined || known.expiresAt <= now) return Answer.notFound
  return Answer.ok({
    ...user,
    hub_id: oauth.portalId,
    token: params.token,
    app_id: 1,
    scopes: [...known.scopes],
    expires_in: Math.floor((known.expiresAt - now) / 1000),
    token_type: "access"
  })
}

export const refreshTokenInfo = ({ oauth }: Portal, { params }: Call): Answer.Answer => {
  const known = oauth.refreshTokens.get(params.token!)
  return known === undefined ? Answer.notFound : Answer.ok({
    ...user,
    hub_id: oauth.portalId,
    token: params.token,
    client_id: known.app.clientId,
    scopes: [...known.scopes],
    token_type: "refresh"
  })
}

/** Access tokens that it has brought are valid until they expire. */
export const deleteRefreshToken = ({ oauth }: Portal, { params }: Call): Answer.Answer =>
  oauth.refreshTokens.delete(params.token!) ? Answer.noContent : Answer.notFound
