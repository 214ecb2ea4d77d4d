/**
 * Forms with files, as they come in a request. The boundary is read off the body, whose first line it is.
 */
export interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly text: string
}

export const parse = (text: string): ReadonlyArray<Part> => {
  const boundary = text.slice(0, text.indexOf("\r\n"))
  if (!boundary.startsWith("--")) return []
  return text.split(`\r\n${boundary}`).flatMap((piece, at) => {
    const part = at === 0 ? piece.slice(boundary.length) : piece
    const end = part.indexOf("\r\n\r\n")
    if (end === -1) return []
    const head = part.slice(0, end)
    const name = /[; ]name="([^"]*)"/i.exec(head)?.[1]
    return name === undefined
      ? []
      : [{ name, fileName: /filename="([^"]*)"/i.exec(head)?.[1], text: part.slice(end + 4) }]
  })
}
