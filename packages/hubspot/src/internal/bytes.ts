const utf8 = new TextEncoder()

/** One after the other; texts as UTF-8. */
export const concat = (...parts: ReadonlyArray<string | Uint8Array>): Uint8Array<ArrayBuffer> => {
  const pieces = parts.map((part) => typeof part === "string" ? utf8.encode(part) : part)
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
