/**
 * What is sent back: a status and a body. Here is every error body that the emulator knows.
 */
import type { ObjectType } from "../ObjectType.ts"

export interface Answer {
  readonly status: number
  /** An object is sent as JSON, a string as it is, `undefined` is no body. */
  readonly body: object | string | undefined
  readonly headers?: { readonly [name: string]: string } | undefined
}

/** HubSpot's error body, but for the correlation id, which the answer gets when it is rendered. */
export interface ErrorBody {
  /** `error`, but for OAuth, which says here what is wrong. */
  readonly status: string
  readonly message: string
  readonly [field: string]: unknown
}

/** What is wrong with one value. */
export interface Issue {
  readonly name: string
  readonly code: string
  readonly message: string
}

/** A symbol, since values and bodies are the user's own and may hold any name. */
const failure: unique symbol = Symbol("failure")

/** The answer to a request that was not carried out. */
export interface Failure extends Answer {
  readonly [failure]: true
  readonly body: ErrorBody | string
}

export const isFailure = (u: object): u is Failure => failure in u

const fail = (status: number, body: Failure["body"], headers?: Answer["headers"]): Failure => ({
  [failure]: true,
  status,
  body,
  headers
})

export const ok = (body: object): Answer => ({ status: 200, body })
export const redirect = (location: string): Answer => ({ status: 302, body: undefined, headers: { location } })
export const accepted = (body: object): Answer => ({ status: 202, body })
export const created = (body: object): Answer => ({ status: 201, body })
/** A page of a list; `after` leads to the next. */
export const page = (results: ReadonlyArray<object>, after: string | false = false): Answer =>
  ok(after === false ? { results } : { results, paging: { next: { after } } })

export const noContent: Answer = { status: 204, body: undefined }

const error = (status: number, message: string, fields: { readonly [field: string]: unknown } = {}) =>
  fail(status, { status: "error", message, ...fields })

const category = "VALIDATION_ERROR"

export const invalid = (message: string, context?: { readonly [key: string]: ReadonlyArray<string> }): Failure =>
  error(400, message, context === undefined ? { category } : { context, category })

export const notFound: Failure = error(404, "resource not found")

export const unknownPath = (path: string): Failure => error(404, `No route for ${path}`)

export const wrongMethod = (allowed: ReadonlyArray<string>): Failure =>
  fail(405, { status: "error", message: "HTTP 405 Method Not Allowed" }, { allow: allowed.join(", ") })

export const unknownType = (name: string): Failure =>
  // An id that could be a type's is looked up; any other word cannot name a type.
  /^(\d+-\d+|p\d*_\w+)$/.test(name) ? notFound : invalid(`Unable to infer object type from: ${name}`)

export const unauthorized: Failure = error(
  401,
  "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at " +
    "https://developers.hubspot.com/docs/methods/auth/oauth-overview",
  { category: "INVALID_AUTHENTICATION" }
)

export const expiredToken = (expiredAt: number, now: number): Failure =>
  error(
    401,
    `The OAuth token used to make this call expired ${Math.floor((now - expiredAt) / 1000)} second(s) ago.`,
    { category: "EXPIRED_AUTHENTICATION", context: { "expire time": [new Date(expiredAt).toISOString()] } }
  )

/** Any one of the scopes would do. */
export const missingScopes = (scopes: ReadonlyArray<string>): Failure =>
  error(
    403,
    `This app hasn't been granted all required scopes to make this call. Read more about required scopes here: ${scopesPage}.`,
    {
      errors: [{
        message: `${scopes.length > 1 ? "One or more" : "All"} of the following scopes are required.`,
        context: { requiredGranularScopes: scopes }
      }],
      links: { scopes: scopesPage },
      category: "MISSING_SCOPES"
    }
  )

const scopesPage = "https://developers.hubspot.com/scopes"

/** OAuth has an error body of its own. */
export const oauthError = (name: string, status: string, message: string): Failure =>
  fail(400, { error: name, error_description: message, status, message })

export const malformedJson: Failure = invalid("Invalid input JSON on line 1, column 1: the request body is not JSON")

export const invalidProperties = (issues: ReadonlyArray<Issue>): Failure =>
  error(
    400,
    `Property values were not valid: ${
      JSON.stringify(issues.map(({ code, message, name }) => ({
        isValid: false,
        message,
        error: code,
        name,
        localizedErrorMessage: message
      })))
    }`,
    {
      errors: issues.map(({ code, message, name }) => ({ message, code, context: { propertyName: [name] } })),
      category
    }
  )

export const missingProperties = (type: ObjectType, properties: ReadonlyArray<string>): Failure =>
  invalid(`Error creating ${type.singular.toUpperCase()}. Some required properties were not set.`, { properties })

/** Only an email that is taken is a 409; the id is nowhere but in the text. */
export const valueTaken = (type: ObjectType, property: string, value: string, id: string): Failure =>
  type.id === "0-1" && property === "email"
    ? error(409, `${type.singular} already exists. Existing ID: ${id}`, { category: "CONFLICT" })
    : invalidProperties([{
      name: property,
      code: "CONFLICTING_UNIQUE_VALUE",
      message: `Cannot set ${property} to ${value}. ${id} already has that value.`
    }])

/** Inputs of a batch that name no live record. */
export const absent = (type: ObjectType, ids: ReadonlyArray<string>): Failure =>
  error(
    404,
    `Could not get some ${type.singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
    { context: { ids }, category: "OBJECT_NOT_FOUND" }
  )

export const noProperty = (name: string): Failure =>
  error(404, `There is no property named '${name}'.`, {
    category: "OBJECT_NOT_FOUND",
    context: { propertyName: [name] }
  })

export const alreadyExists = (message: string): Failure => error(409, message, { category: "OBJECT_ALREADY_EXISTS" })

export const noAssociationType = (
  category: string,
  typeId: string,
  from: ObjectType,
  to: ObjectType | undefined
): Failure =>
  invalid(`There is no association type ${category} ${typeId} from ${from.name}${to ? ` to ${to.name}` : ""}.`, {
    associationTypeId: [typeId]
  })

export const noAssociations = (from: ObjectType, to: ObjectType, id: string): Failure =>
  error(404, `No ${to.singular.toLowerCase()} is associated with ${from.singular.toLowerCase()} ${id}.`, {
    category: "OBJECT_NOT_FOUND",
    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
    context: { fromObjectId: [id], fromObjectType: [from.id], toObjectType: [to.id] }
  })

export const listNameTaken = (name: string): Failure =>
  error(400, `There is another list named ${name}.`, { category, subCategory: "ILS.DUPLICATE_LIST_NAMES" })

/** Nothing about it gets better by waiting, whatever the status says. */
export const importTooLarge: Failure = fail(429, {
  status: "error",
  message: "The import is larger than the limit.",
  category: "RATE_LIMITS"
})

export const tooManyInputs = (limit: number): Failure =>
  invalid(`The maximum number of inputs supported in a batch request is ${limit}.`)

export const duplicateIds = (ids: ReadonlyArray<string>): Failure =>
  invalid(`Duplicate IDs found in batch input: [${ids.join(", ")}]. IDs must be unique`, { ids })

export type RateLimitShape = "tenSecondly" | "secondly" | "search" | "daily" | "edge"

const rateLimitBodies: { readonly [shape in RateLimitShape]: ErrorBody | string } = {
  daily: {
    status: "error",
    message: "You have reached your daily limit.",
    errorType: "RATE_LIMIT",
    policyName: "DAILY"
  },
  tenSecondly: {
    status: "error",
    message: "You have reached your ten_secondly_rolling limit.",
    errorType: "RATE_LIMIT",
    policyName: "TEN_SECONDLY_ROLLING"
  },
  search: { status: "error", message: "You have reached your secondly limit.", category: "RATE_LIMITS" },
  secondly: {
    status: "error",
    message: "You have reached your secondly limit.",
    errorType: "RATE_LIMIT",
    policyName: "SECONDLY"
  },
  edge: "error code: 1015"
}

/** The rolling limit is the only one that tells whose it is. */
export const rateLimited = (shape: RateLimitShape, portalId: number, retryAfter?: string): Failure => {
  const body = rateLimitBodies[shape]
  const group = { groupName: `publicapi:private_app-api-calls-ten-secondly:1:${portalId}` }
  return fail(
    429,
    shape === "tenSecondly" && typeof body === "object" ? { ...body, ...group } : body,
    retryAfterHeader(retryAfter)
  )
}

const reasons: { readonly [status: number]: string } = {
  423: "This record is locked. Try again in a few seconds.",
  477: "Migration in progress",
  500: "internal error",
  503: "Service unavailable"
}

/** An error that is nobody's fault at the client's end. Statuses of the edge come as its HTML page. */
export const outOfOrder = (status: number, retryAfter?: string): Failure => {
  const reason = reasons[status]
  return reason === undefined
    ? edgePage(status, retryAfter)
    : fail(
      status,
      { status: "error", message: reason },
      retryAfterHeader(retryAfter ?? (status === 477 ? "60" : undefined))
    )
}

/** What the edge shows to people. */
export const edgePage = (status: number, retryAfter?: string): Failure =>
  fail(
    status,
    `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>Error ${status}</h1></body></html>\n`,
    retryAfterHeader(retryAfter)
  )

const retryAfterHeader = (value: string | undefined): Answer["headers"] =>
  value === undefined ? undefined : { "retry-after": value }

export const uriTooLong: Failure = outOfOrder(414)

/** The headers of the body and its bytes. */
export const render = (
  answer: Answer,
  correlationId: string
): { readonly type: string | undefined; readonly text: string } => {
  const { body } = answer
  if (body === undefined) return { type: undefined, text: "" }
  if (typeof body === "string") return { type: body.startsWith("<") ? "text/html" : "text/plain", text: body }
  return {
    type: "application/json;charset=utf-8",
    text: JSON.stringify(isFailure(answer) ? { ...body, correlationId } : body)
  }
}
