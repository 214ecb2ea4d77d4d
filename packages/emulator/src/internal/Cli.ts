/**
 * The command line: from arguments to options, or to what is wrong with them.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import { parseArgs } from "node:util"
import * as Limits from "../Limits.ts"

export const usage = `Usage: hubspot-emulator [options]

A local HubSpot that answers, limits and fails like the real one.

  --port <n>              port to listen on (default 4010; 0 is a free one)
  --host <address>        address to listen on (default 127.0.0.1)
  --token <token>         an accepted bearer token; may be repeated
  --limit <n/window>      general quota of each token (default 190/10s)
  --search-limit <n/window>  search quota of the account (default 5/1s)
  --daily <n>             daily quota of the account (default 625000)
  --records <type=n,…>    records that are there from the start: contacts=1000,deals=50
  --type <file>           an object type beside the standard ones, JSON; may be repeated
  --snapshot <file>       load what the account holds from here at the start, keep it here at the end
  --webhook <url>         post what changes to this address
  --webhook-secret <key>  sign it with this (default secret)
  --faults <file>         a fault plan, JSON
  --seed <n>              chance of the fault plan, before the plan's own seed
  --help                  this text

While it runs: the page /emulator for a browser, GET /emulator/stats, GET PUT DELETE /emulator/faults, POST /emulator/reset, POST /emulator/snapshot.

Examples:
  hubspot-emulator --records contacts=1000 --limit 100/1s
  hubspot-emulator --faults plan.json --seed 7 --snapshot account.bin
`

export interface Arguments {
  readonly help: boolean
  readonly port: number
  readonly host: string
  readonly tokens: ReadonlyArray<string>
  readonly limits: Limits.Limits
  readonly records: { readonly [type: string]: number }
  readonly types: ReadonlyArray<string>
  readonly snapshot: string | undefined
  readonly webhook: { readonly url: string; readonly secret: string } | undefined
  readonly faults: string | undefined
  readonly seed: number | undefined
}

/** The left is one line for the user. */
export const parse = (args: ReadonlyArray<string>): Either.Either<Arguments, string> =>
  Either.gen(function*() {
    const { values } = yield* Either.try({
      try: () =>
        parseArgs({
          args: [...args],
          options: {
            "port": { type: "string" },
            "host": { type: "string" },
            "token": { type: "string", multiple: true },
            "limit": { type: "string" },
            "search-limit": { type: "string" },
            "daily": { type: "string" },
            "records": { type: "string", multiple: true },
            "type": { type: "string", multiple: true },
            "snapshot": { type: "string" },
            "webhook": { type: "string" },
            "webhook-secret": { type: "string" },
            "faults": { type: "string" },
            "seed": { type: "string" },
            "help": { type: "boolean" }
          }
        }),
      catch: (error) => (error as Error).message.split("\n")[0]!.replace(/\. To specify .*/, "")
    })
    const { daily, general, search } = Limits.professional
    return {
      help: values.help ?? false,
      port: yield* whole("--port", values.port, { default: 4010, max: 65_535 }),
      host: values.host ?? "127.0.0.1",
      tokens: values.token ?? [],
      limits: {
        ...Limits.professional,
        general: yield* rolling("--limit", values.limit, general),
        search: yield* rolling("--search-limit", values["search-limit"], search),
        daily: yield* whole("--daily", values.daily, { default: daily, max: Number.MAX_SAFE_INTEGER })
      },
      records: yield* counts(values.records ?? []),
      types: values.type ?? [],
      snapshot: values.snapshot,
      webhook: yield* webhook(values.webhook, values["webhook-secret"]),
      faults: values.faults,
      seed: values.seed === undefined
        ? undefined
        : yield* whole("--seed", values.seed, { default: 0, max: 0xffff_ffff })
    }
  })

const whole = (
  flag: string,
  text: string | undefined,
  bounds: { readonly default: number; readonly max: number }
): Either.Either<number, string> => {
  if (text === undefined) return Either.right(bounds.default)
  const value = Number(text)
  return /^\d+$/.test(text) && value <= bounds.max
    ? Either.right(value)
    : Either.left(`${flag} takes a whole number up to ${bounds.max}, not "${text}"`)
}

/** `contacts=1000,deals=50` */
const counts = (texts: ReadonlyArray<string>): Either.Either<{ readonly [type: string]: number }, string> => {
  const read: Record<string, number> = {}
  for (const part of texts.flatMap((text) => text.split(","))) {
    const [, type, count] = /^([\w-]+)=(\d{1,7})$/.exec(part) ?? []
    if (type === undefined) return Either.left(`--records takes counts such as contacts=1000,deals=50, not "${part}"`)
    read[type] = Number(count)
  }
  return Either.right(read)
}

const webhook = (url: string | undefined, secret = "secret"): Either.Either<Arguments["webhook"], string> =>
  url === undefined
    ? Either.right(undefined)
    : URL.canParse(url) && /^https?:/.test(url)
    ? Either.right({ url, secret })
    : Either.left(`--webhook takes an address such as http://127.0.0.1:3000/hook, not "${url}"`)

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const rolling = (
  flag: string,
  text: string | undefined,
  fallback: Limits.Rolling
): Either.Either<Limits.Rolling, string> => {
  if (text === undefined) return Either.right(fallback)
  const [, limit, length, unit] = /^(\d+)\/(\d+)(ms|s|m|h)$/.exec(text) ?? []
  return limit === undefined || Number(length) === 0
    ? Either.left(`${flag} takes a quota such as 100/1s or 20/500ms, not "${text}"`)
    : Either.right({ limit: Number(limit), window: Duration.millis(Number(length) * units[unit!]!) })
}

/** What a user sees once the emulator listens. */
export const banner = (
  running: {
    readonly url: string
    readonly tokens: ReadonlyArray<string>
    readonly limits: Limits.Limits
    readonly faults: string
    readonly records: { readonly [type: string]: number }
    readonly snapshot: string | undefined
  }
): string => {
  const { daily, general, search } = running.limits
  const per = ({ limit, window }: Limits.Rolling) => `${limit} per ${Duration.format(Duration.decode(window))}`
  return [
    "",
    "  hubspot-emulator",
    "",
    `  url      ${running.url}`,
    ...running.tokens.map((token) => `  token    ${token}`),
    `  limits   ${per(general)} (search ${per(search)}, ${daily} a day)`,
    ...Object.entries(running.records).map(([type, count]) => `  records  ${count} ${type}`),
    ...(running.snapshot === undefined ? [] : [`  snapshot ${running.snapshot}`]),
    `  faults   ${running.faults}`,
    `  inspect  ${running.url}/emulator`,
    "",
    "  Ctrl-C stops it.",
    "",
    ""
  ].join("\n")
}
