import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"

/** SHA-256 in hex, by the Web Crypto that Node, Deno, Bun and browsers have. Dies where there is none. */
export const sha256 = (data: string | Uint8Array): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() =>
      globalThis.crypto.subtle.digest("SHA-256", typeof data === "string" ? new TextEncoder().encode(data) : data)
    ),
    (digest) => Encoding.encodeHex(new Uint8Array(digest))
  )
