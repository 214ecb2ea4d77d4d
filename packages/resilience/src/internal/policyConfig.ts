/**
 * A policy's settings out of `Config`, each under two names: as variables of the environment have them
 * (`WEATHER_RETRY_HINT_CAP`), and as the trees of files do (`weather.retry.hintCap`).
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Tag } from "../ApiError.ts"
import { Kind } from "../CallOptions.ts"

type Path = ReadonlyArray<string>
type Leaf = (path: Path) => Config.Config<Option.Option<unknown>>

/** Some settings are a word or an object: then there is a leaf beside the tree. */
interface Tree {
  readonly [name: string]: Leaf | Tree | readonly [Leaf, Tree]
}

/** What a shell can set: `weatherApi` and `weather-api` are `WEATHER_API` to it. */
export const toVariable = (path: Path): string =>
  path.map((name) => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()).join("_")

const inTree = <A>(path: Path, config: (name: string) => Config.Config<A>): Config.Config<A> => {
  const [name = "", ...above] = [...path].reverse()
  return above.reduce((nested, name) => Config.nested(nested, name), config(name))
}

const named = <A>(config: (name: string) => Config.Config<A>): Leaf => (path) =>
  Config.option(Config.orElse(config(toVariable(path)), () => inTree(path, config)))

const text = named(Config.nonEmptyString)
const number = named(Config.number)
const numbers = named((name) => Config.array(Config.number(), name))

/** In a variable, `weather=60/1 minute, burst=10/1 second`; in a tree, a list of what `RateLimiter.rolling` gives. */
const limits: Leaf = (path) => {
  const variable = Config.mapOrFail(
    Config.nonEmptyString(toVariable(path)),
    (text) =>
      Either.all(
        text.split(",").map((part) => {
          const [, name, limit, window] = /^\s*([^=]+?)\s*=\s*(\d+)\s*\/\s*(.+?)\s*$/.exec(part) ?? []
          return name === undefined
            ? Either.left(ConfigError.InvalidData([], `"${part.trim()}" is not like "weather=60/1 minute"`))
            : Either.right({ name, limit: Number(limit), window })
        })
      )
  )
  const bucket = Config.all({
    name: Config.string("name"),
    limit: Config.number("limit"),
    window: Config.orElse(
      Config.nested(Config.map(Config.string("dayIn"), (dayIn): unknown => ({ dayIn })), "window"),
      () => Config.string("window")
    )
  })
  return Config.option(Config.orElse(variable, () => inTree(path, (name) => Config.array(bucket, name))))
}

const delays: Tree = { base: text, factor: number, cap: text, jitter: [text, { added: numbers }], hintCap: text }

const ofKind: Tree = {
  retry: { ...delays, retries: number, byError: Object.fromEntries(Tag.literals.map((tag) => [tag, delays])) },
  attemptTimeout: [text, { base: text, factor: number, jitter: [text, { added: numbers }] }],
  deadline: text
}

const breaker: Tree = {
  trip: {
    consecutiveFailures: number,
    over: { calls: number, time: text },
    minimumCalls: number,
    failureRate: number,
    slow: { from: text, rate: number }
  },
  opening: text,
  factor: number,
  longestOpening: text,
  probes: number,
  probeTimeout: text
}

const budget: Tree = {
  share: number,
  perSecond: number,
  over: text,
  tokens: number,
  cost: number,
  throttledCost: number,
  refund: number
}

const policy: Tree = {
  ...ofKind,
  limits,
  concurrency: number,
  longestQueue: number,
  breaker: [text, breaker],
  budget: [text, budget],
  kinds: Object.fromEntries(Kind.literals.map((kind) => [kind, ofKind]))
}

/** Whatever is set, as plain data: what is right is for the policy's schema to say. */
export const make = (prefix: string | undefined): Config.Config<object> =>
  Config.map(read(policy, prefix === undefined ? [] : [prefix]), (found) => found ?? {})

/** What is set of a tree; `undefined` where nothing is. */
const read = (tree: Tree, path: Path): Config.Config<object | undefined> =>
  Config.map(
    Config.all(
      Object.entries(tree).map(([name, below]) =>
        Config.map(readOne(below, [...path, name]), (value) => [name, value] as const)
      )
    ),
    (entries) => {
      const found = entries.filter(([, value]) => value !== undefined)
      return found.length === 0 ? undefined : Object.fromEntries(found)
    }
  )

const readOne = (below: Tree[string], path: Path): Config.Config<unknown> => {
  if (typeof below === "function") return Config.map(below(path), Option.getOrUndefined)
  if (!isPair(below)) return read(below, path)
  const [word, tree] = below
  return Config.zipWith(word(path), read(tree, path), (word, found) => Option.getOrElse(word, () => found))
}

const isPair = (below: Tree | readonly [Leaf, Tree]): below is readonly [Leaf, Tree] => Array.isArray(below)
