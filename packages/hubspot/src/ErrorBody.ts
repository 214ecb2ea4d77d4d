/**
 * What HubSpot says in the body of an error. Any field may be missing, and some come in more than one form: whatever
 * can be read is read.
 *
 * @since 0.1.0
 */
import type { ApiError, ErrorDetails } from "effect-resilience/ApiError"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

/**
 * The parts that an application can act on.
 *
 * @since 0.1.0
 * @category decoding
 */
export const details = (body: unknown): ErrorDetails | undefined => {
  if (!Predicate.isRecord(body)) return undefined
  const errors: ReadonlyArray<unknown> = Array.isArray(body.errors) ? body.errors : listInText(text(body.message))
  const fields = errors.flatMap(fieldError)
  const scopes = [body, ...errors].flatMap(requiredScopes)
  const found = {
    ...present("message", text(body.message) ?? text(body.error_description)),
    ...present("category", text(body.category) ?? text(body.errorType)),
    ...present("correlationId", text(body.correlationId) ?? text(body.requestId)),
    ...present("fields", fields.length === 0 ? undefined : fields),
    ...present("requiredScopes", scopes.length === 0 ? undefined : [...new Set(scopes)])
  }
  return Object.keys(found).length === 0 ? undefined : found
}

/**
 * The limit that a 429 is about: `DAILY`, `TEN_SECONDLY_ROLLING` or `SECONDLY`. HubSpot names it in one of three ways,
 * or not at all.
 *
 * @since 0.1.0
 * @category decoding
 */
export const limitPolicy = (body: unknown): string | undefined => {
  if (!Predicate.isRecord(body)) return undefined
  const named = /your (daily|ten_secondly_rolling|secondly) limit/i.exec(text(body.message) ?? "")
  return text(body.policyName) ?? named?.[1]?.toUpperCase()
}

/**
 * The id of the record that a create collided with. HubSpot gives it in the text only.
 *
 * @since 0.1.0
 * @category decoding
 */
export const existingId = (error: ApiError): Option.Option<string> =>
  error._tag === "ClientError" && error.status === 409
    ? Option.fromNullable(/Existing ID: (\d+)/.exec(error.details?.message ?? "")?.[1])
    : Option.none()

const fieldError = (u: unknown) => {
  if (!Predicate.isRecord(u)) return []
  const context = Predicate.isRecord(u.context) ? u.context : {}
  const name = Array.isArray(context.propertyName) ? context.propertyName[0] : undefined
  const field = text(u.in) ?? text(u.name) ?? text(name)
  const code = text(u.code) ?? text(u.error)
  return [{ message: text(u.message) ?? code ?? "invalid", ...present("field", field), ...present("code", code) }]
}

/** Under either of two names, in the context of each error; in a batch's, in that of the error itself. */
const requiredScopes = (u: unknown): ReadonlyArray<string> => {
  if (!Predicate.isRecord(u) || !Predicate.isRecord(u.context)) return []
  const { requiredGranularScopes, requiredScopes } = u.context
  return [requiredGranularScopes, requiredScopes].flat().flatMap((scope) => text(scope) ?? [])
}

/** Some validation errors have their list in the text alone: `Property values were not valid: [{"name":"email",…}]`. */
const listInText = (message = ""): ReadonlyArray<unknown> => {
  const list = Option.liftThrowable((text: string): unknown => JSON.parse(text))(
    /\[\{.*\}\]$/s.exec(message)?.[0] ?? ""
  )
  return Option.isSome(list) && Array.isArray(list.value) ? list.value : []
}

const text = (u: unknown): string | undefined => typeof u === "string" && u !== "" ? u : undefined

const present = <K extends string, A>(key: K, value: A | undefined): { readonly [_ in K]?: A } =>
  value === undefined ? {} : { [key]: value } as { readonly [_ in K]?: A }
