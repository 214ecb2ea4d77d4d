/**
 * Forms with files, as bytes: what some clients make of a `FormData`, others refuse, and bytes can be sent again.
 */
import { concat } from "./bytes.ts"

export interface Part {
  readonly name: string
  readonly fileName?: string
  readonly content: string | Uint8Array
}

/** The boundary must not stand in any of the parts. */
export const encode = (parts: ReadonlyArray<Part>, boundary: string): Uint8Array<ArrayBuffer> =>
  concat(
    ...parts.flatMap((
      { content, fileName, name }
    ) => [`--${boundary}\r\n${head(name, fileName)}\r\n\r\n`, content, "\r\n"]),
    `--${boundary}--\r\n`
  )

const head = (name: string, fileName: string | undefined): string =>
  fileName === undefined
    ? `content-disposition: form-data; name="${quoted(name)}"`
    : `content-disposition: form-data; name="${quoted(name)}"; filename="${quoted(fileName)}"\r\n` +
      "content-type: application/octet-stream"

/** As the HTML standard writes names: nothing in one can end its line or its quotes. */
const quoted = (text: string): string => text.replace(/["\r\n]/g, encodeURIComponent)
