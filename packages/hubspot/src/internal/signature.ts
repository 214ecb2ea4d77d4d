/** HubSpot's signatures of its requests: what is signed, how, and how two are compared. */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import { concat } from "./bytes.ts"

export type Version = "v1" | "v2" | "v3"

export interface Signed {
  readonly secret: string
  readonly method: string
  readonly uri: string
  readonly body: Uint8Array
  readonly timestamp: string
}

/** The signature that a request should have: v3 in base64, the older ones in hex. */
export const of = (version: Version, signed: Signed): Effect.Effect<string> =>
  version === "v3"
    ? Effect.map(hmac(signed.secret, sourceOf[version](signed)), Encoding.encodeBase64)
    : Effect.map(sha256(sourceOf[version](signed)), Encoding.encodeHex)

/** The body is signed as it came, byte by byte. */
const sourceOf: { readonly [V in Version]: (signed: Signed) => Uint8Array<ArrayBuffer> } = {
  v1: ({ body, secret }) => concat(secret, body),
  v2: ({ body, method, secret, uri }) => concat(secret, method, uri, body),
  v3: ({ body, method, timestamp, uri }) => concat(method, decodedUri(uri), body, timestamp)
}

/** HubSpot signs these characters as themselves, and all others as they were encoded. */
const decodedUri = (uri: string): string =>
  uri.replace(
    /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi,
    (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16))
  )

/** By the Web Crypto that Node, Deno, Bun and workers have. Dies where there is none. */
const hmac = (secret: string, data: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array> => {
  const { subtle } = globalThis.crypto
  const algorithm = { name: "HMAC", hash: "SHA-256" }
  return Effect.promise(() => subtle.importKey("raw", concat(secret), algorithm, false, ["sign"])).pipe(
    Effect.flatMap((key) => Effect.promise(() => subtle.sign("HMAC", key, data))),
    Effect.map((signature) => new Uint8Array(signature))
  )
}

const sha256 = (data: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array> =>
  Effect.map(Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", data)), (digest) => new Uint8Array(digest))

/** Takes as long for texts that differ in their first letter as for those that differ in their last. */
export const isEqual = (expected: string, given: string): boolean => {
  let difference = expected.length ^ given.length
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i)
  return difference === 0
}
