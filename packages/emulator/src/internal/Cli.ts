/**
 * The command line: from arguments to options, or to what is wrong with them.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import { parseArgs } from "node:util"
import * as Limits from "../Limits.ts"
import * as Scopes from "../Scopes.ts"

export const usage = `Usage: hubspot-emulator [options]

A local HubSpot that answers, limits and fails like the real one.

Where and for whom
  --port <n>                 port to listen on (default 4010; 0 is a free one)
  --host <address>           address to listen on (default 127.0.0.1)
  --token <token>            an accepted bearer token, instead of pat-na1-…; may be repeated
  --scopes <scope,…>         what all tokens and apps may do (default: everything)
  --app <id:secret>          a public app: it gets tokens by /oauth/authorize and /oauth/v1/token; may be repeated
  --expires-in <time>        how long the access tokens of apps are valid (default 30m)
  --portal <id=token>        another account, with records and quotas of its own; may be repeated

What is there
  --records <type=n,…>       records that are there from the start: contacts=1000,deals=50
  --type <file>              an object type beside the standard ones, JSON or YAML; may be repeated
  --snapshot <file>          load what the accounts hold from here at the start, keep it here at the end
  --webhook <url>            post what changes to this address
  --webhook-secret <key>     sign it with this (default secret)

Limits
  --tier <name>              free, starter, professional, enterprise or add-on (default professional)
  --limit <n/window>         each private app (default 190/10s)
  --oauth-limit <n/window>   each public app (default 110/10s)
  --search-limit <n/window>  searches of the account (default 5/1s)
  --associations-limit <n/window>  batch and label calls on associations (default 150/10s)
  --events-limit <n/window>  custom events (default 1250/1s)
  --daily <n>                private apps in a day (default 625000)
  --associations-daily <n>   batch and label calls on associations in a day (default 500000)
  --shorten-windows <times>  the same numbers in windows that are so many times shorter
  --search-lag <time>        how long search does not see a new record (default 0s)
  --search-results <n>       how many results of a search can be seen (default 10000)

What goes wrong
  --faults <file>            a fault plan, JSON or YAML
  --seed <n>                 chance of the fault plan, before the plan's own seed

  --help                     this text

Times are written as 500ms, 2s, 30m or 1h.

While it runs: the page /emulator for a browser, GET /emulator/stats, GET PUT DELETE /emulator/faults,
POST /emulator/reset, POST /emulator/snapshot. It stops at Ctrl-C.

Examples:
  hubspot-emulator --records contacts=1000 --limit 100/1s
  hubspot-emulator --faults plan.yaml --seed 7 --snapshot account.bin
  hubspot-emulator --token reader --scopes crm.objects.contacts.read,crm.schemas.contacts.read
`

export interface Arguments {
  readonly help: boolean
  readonly port: number
  readonly host: string
  readonly tokens: ReadonlyArray<string>
  /** Every one there is, when undefined. */
  readonly scopes: ReadonlyArray<string> | undefined
  readonly apps: ReadonlyArray<{ readonly clientId: string; readonly clientSecret: string }>
  readonly expiresIn: Duration.Duration
  readonly portals: ReadonlyArray<{ readonly id: number; readonly token: string }>
  readonly limits: Limits.Limits
  readonly searchLag: Duration.Duration
  readonly searchResults: number
  readonly records: { readonly [type: string]: number }
  readonly types: ReadonlyArray<string>
  readonly snapshot: string | undefined
  readonly webhook: { readonly url: string; readonly secret: string } | undefined
  readonly faults: string | undefined
  readonly seed: number | undefined
}

const options = {
  "port": { type: "string" },
  "host": { type: "string" },
  "token": { type: "string", multiple: true },
  "scopes": { type: "string", multiple: true },
  "app": { type: "string", multiple: true },
  "expires-in": { type: "string" },
  "portal": { type: "string", multiple: true },
  "records": { type: "string", multiple: true },
  "type": { type: "string", multiple: true },
  "snapshot": { type: "string" },
  "webhook": { type: "string" },
  "webhook-secret": { type: "string" },
  "tier": { type: "string" },
  "limit": { type: "string" },
  "oauth-limit": { type: "string" },
  "search-limit": { type: "string" },
  "associations-limit": { type: "string" },
  "events-limit": { type: "string" },
  "daily": { type: "string" },
  "associations-daily": { type: "string" },
  "shorten-windows": { type: "string" },
  "search-lag": { type: "string" },
  "search-results": { type: "string" },
  "faults": { type: "string" },
  "seed": { type: "string" },
  "help": { type: "boolean" }
} as const

type Flag = keyof typeof options

type Flags = ReturnType<typeof parseArgs<{ readonly options: typeof options }>>["values"]

/** The left is one line for the user. */
export const parse = (args: ReadonlyArray<string>): Either.Either<Arguments, string> =>
  Either.gen(function*() {
    const { values } = yield* Either.try({
      try: () => parseArgs({ args: [...args], options }),
      catch: (error) => (error as Error).message.split("\n")[0]!.replace(/\. To specify .*/, "")
    })
    return {
      help: values.help ?? false,
      port: yield* whole(values, "port", { default: 4010, max: 65_535 }),
      host: values.host ?? "127.0.0.1",
      tokens: values.token ?? [],
      scopes: yield* scopes(values.scopes),
      apps: yield* Either.all((values.app ?? []).map(app)),
      expiresIn: yield* time(values, "expires-in", "30 minutes"),
      portals: yield* Either.all((values.portal ?? []).map(portal)),
      limits: yield* limits(values),
      searchLag: yield* time(values, "search-lag", 0),
      searchResults: yield* whole(values, "search-results", { default: 10_000, max: Number.MAX_SAFE_INTEGER }),
      records: yield* counts(values.records ?? []),
      types: values.type ?? [],
      snapshot: values.snapshot,
      webhook: yield* webhook(values.webhook, values["webhook-secret"]),
      faults: values.faults,
      seed: values.seed === undefined ? undefined : yield* whole(values, "seed", { default: 0, max: 0xffff_ffff })
    }
  })

const tiers = new Map([
  ["free", Limits.free],
  ["starter", Limits.free],
  ["professional", Limits.professional],
  ["enterprise", Limits.enterprise],
  ["add-on", Limits.addOn]
])

/** Those of the tier, but for those that are told. */
const limits = (values: Flags): Either.Either<Limits.Limits, string> =>
  Either.gen(function*() {
    const tier = tiers.get(values.tier ?? "professional")
    if (tier === undefined) {
      return yield* Either.left(`--tier takes one of ${[...tiers.keys()].join(", ")}, not "${values.tier}"`)
    }
    const times = yield* whole(values, "shorten-windows", { default: 1, min: 1, max: 1_000_000 })
    const most = { max: Number.MAX_SAFE_INTEGER }
    const standard = Limits.shorten(tier, times)
    return {
      general: yield* rolling(values, "limit", standard.general),
      oauth: yield* rolling(values, "oauth-limit", standard.oauth),
      search: yield* rolling(values, "search-limit", standard.search),
      associations: yield* rolling(values, "associations-limit", standard.associations),
      events: yield* rolling(values, "events-limit", standard.events),
      daily: yield* whole(values, "daily", { default: tier.daily, ...most }),
      associationsDaily: yield* whole(values, "associations-daily", { default: tier.associationsDaily, ...most })
    }
  })

/** The flags whose value is one text. */
type TextFlag = { [F in Flag]: Flags[F] extends string | undefined ? F : never }[Flag]

const whole = (
  values: Flags,
  flag: TextFlag,
  bounds: { readonly default: number; readonly min?: number; readonly max: number }
): Either.Either<number, string> => {
  const text = values[flag]
  if (text === undefined) return Either.right(bounds.default)
  const { max, min = 0 } = bounds
  const value = Number(text)
  return /^\d+$/.test(text) && value >= min && value <= max
    ? Either.right(value)
    : Either.left(`--${flag} takes a whole number from ${min} to ${max}, not "${text}"`)
}

const scopes = (texts: ReadonlyArray<string> | undefined): Either.Either<ReadonlyArray<string> | undefined, string> => {
  const names = texts?.flatMap((text) => text.split(",")).filter((name) => name !== "")
  const stranger = names?.find((name) => !Scopes.all.includes(name))
  return stranger === undefined
    ? Either.right(names)
    : Either.left(`--scopes takes scopes such as crm.objects.contacts.read; no call asks for "${stranger}"`)
}

const app = (text: string): Either.Either<Arguments["apps"][number], string> => {
  const [, clientId, clientSecret] = /^([^:]+):(.+)$/.exec(text) ?? []
  return clientId === undefined || clientSecret === undefined
    ? Either.left(`--app takes a client id and its secret, such as my-app:my-secret, not "${text}"`)
    : Either.right({ clientId, clientSecret })
}

const portal = (text: string): Either.Either<Arguments["portals"][number], string> => {
  const [, id, token] = /^(\d{1,15})=(.+)$/.exec(text) ?? []
  return id === undefined || token === undefined
    ? Either.left(`--portal takes an id and a token, such as 77=another-token, not "${text}"`)
    : Either.right({ id: Number(id), token })
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

const time = (
  values: Flags,
  flag: TextFlag,
  fallback: Duration.DurationInput
): Either.Either<Duration.Duration, string> => {
  const text = values[flag]
  if (text === undefined) return Either.right(Duration.decode(fallback))
  const [, length, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? []
  return length === undefined
    ? Either.left(`--${flag} takes a time such as 500ms, 2s or 30m, not "${text}"`)
    : Either.right(Duration.millis(Number(length) * units[unit!]!))
}

const rolling = (
  values: Flags,
  flag: TextFlag,
  fallback: Limits.Rolling
): Either.Either<Limits.Rolling, string> => {
  const text = values[flag]
  if (text === undefined) return Either.right(fallback)
  const [, limit, length, unit] = /^(\d+)\/(\d+)(ms|s|m|h)$/.exec(text) ?? []
  return limit === undefined || Number(length) === 0
    ? Either.left(`--${flag} takes a quota such as 100/1s or 20/500ms, not "${text}"`)
    : Either.right({ limit: Number(limit), window: Duration.millis(Number(length) * units[unit!]!) })
}
