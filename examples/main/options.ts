/** What can be asked of the main job on its command line. */
import { Data, Effect } from "effect"
import { parseArgs } from "node:util"

export interface Options {
  readonly csv: string | undefined
  readonly out: string
  readonly write: boolean
  /** On the emulator: how many rows to make up. */
  readonly rows: number
  /** On the emulator: requests per second. */
  readonly limit: number
  /** On the emulator: chance, for its faults. */
  readonly seed: number
  /** Only the limit, no faults. */
  readonly calm: boolean
}

export const usage = `npm start -- [options]

  --csv FILE     contacts to send, with a header that names at least "email" (default: 20,000 made up)
  --out DIR      where the results go (default: out)
  --write        on a real account (HUBSPOT_ACCESS_TOKEN is set): write, too. Without it nothing is changed
  --rows N       on the emulator: how many contacts to make up (default: 20000)
  --limit N      on the emulator: requests per second (default: 100)
  --seed N       on the emulator: which requests fail (default: 1)
  --calm         on the emulator: no faults, only the limit
  --help`

export class WrongOptions extends Data.TaggedError("WrongOptions")<{ readonly message: string }> {}

export const parse = (
  args: ReadonlyArray<string>,
  on: "account" | "emulator"
): Effect.Effect<Options | "help", WrongOptions> =>
  Effect.try({
    try: () => {
      const { values } = parseArgs({
        args: [...args],
        options: {
          csv: { type: "string" },
          out: { type: "string", default: "out" },
          write: { type: "boolean", default: false },
          rows: { type: "string" },
          limit: { type: "string" },
          seed: { type: "string" },
          calm: { type: "boolean" },
          help: { type: "boolean", default: false }
        }
      })
      if (values.help) return "help"
      const { calm = false, csv, limit = "100", out, rows = "20000", seed = "1", write } = values
      const misplaced = onEmulatorOnly.find((name) => values[name] !== undefined)
      if (on === "account" && misplaced !== undefined) {
        throw new Error(
          `--${misplaced} is for the emulator, and HUBSPOT_ACCESS_TOKEN is set: leave out one of them`
        )
      }
      return {
        csv,
        out,
        write,
        calm,
        rows: wholeNumber("rows", rows),
        limit: wholeNumber("limit", limit),
        seed: wholeNumber("seed", seed)
      }
    },
    catch: (error) => new WrongOptions({ message: `${error instanceof Error ? error.message : error}\n\n${usage}` })
  })

const onEmulatorOnly = ["rows", "limit", "seed", "calm"] as const

const wholeNumber = (name: string, value: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`--${name} must be a whole number from 1, not "${value}"`)
  return Number(value)
}
