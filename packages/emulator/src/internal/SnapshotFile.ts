/**
 * The file of a snapshot: read at the start when it is there, and written as a whole or not at all.
 */
import * as Effect from "effect/Effect"
import { readFile, rename, writeFile } from "node:fs/promises"

/** `undefined` when there is no such file yet. The error is a line for the user. */
export const read = (file: string): Effect.Effect<Uint8Array | undefined, string> =>
  Effect.tryPromise({ try: () => readFile(file), catch: (error) => error as NodeJS.ErrnoException }).pipe(
    Effect.catchAll((error) =>
      error.code === "ENOENT" ? Effect.succeed(undefined) : Effect.fail(`cannot read ${file}: ${error.message}`)
    )
  )

export const write = (file: string, bytes: Uint8Array): Effect.Effect<void, string> =>
  Effect.tryPromise({
    try: () => writeFile(`${file}.new`, bytes).then(() => rename(`${file}.new`, file)),
    catch: (error) => `cannot write ${file}: ${(error as Error).message}`
  })
