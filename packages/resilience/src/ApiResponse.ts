/**
 * An answer whose body has been read: nothing about it can fail any more.
 *
 * @since 0.1.0
 */
import type * as Headers from "@effect/platform/Headers"
import * as Either from "effect/Either"

/**
 * @since 0.1.0
 * @category models
 */
export interface ApiResponse {
  readonly status: number
  readonly headers: Headers.Headers
  readonly body: Uint8Array
  /** The body as UTF-8. */
  readonly text: string
}

const utf8 = new TextDecoder()

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (status: number, headers: Headers.Headers, body: Uint8Array): ApiResponse => ({
  status,
  headers,
  body,
  get text() {
    return utf8.decode(body)
  }
})

/**
 * The body as JSON; an empty one is `undefined`. Left is the parser's complaint.
 *
 * @since 0.1.0
 * @category decoding
 */
export const json = (self: ApiResponse): Either.Either<unknown, string> => {
  if (self.body.length === 0) return Either.right(undefined)
  return Either.try({
    try: (): unknown => JSON.parse(self.text),
    catch: () => "its body is not JSON"
  })
}
