/**
 * What a user of the command sees once the emulator listens.
 */
import * as Duration from "effect/Duration"
import type * as Limits from "../Limits.ts"
import type { Arguments } from "./Cli.ts"

export const banner = (
  running: Pick<Arguments, "tokens" | "scopes" | "apps" | "portals" | "limits" | "records" | "snapshot" | "webhook"> & {
    readonly url: string
    readonly faults: string
  }
): string => {
  const { apps, limits, portals, records, scopes, snapshot, tokens, url, webhook } = running
  const per = ({ limit, window }: Limits.Rolling) => `${grouped(limit)} in ${Duration.format(Duration.decode(window))}`
  const row = (name: string, value: string) => `  ${name.padEnd(12)} ${value}`
  const maybe = <A>(value: A | undefined, show: (value: A) => string) => value === undefined ? [] : [show(value)]
  return [
    "",
    "  hubspot-emulator",
    "",
    row("url", url),
    ...tokens.map((token) => row("token", token)),
    ...maybe(scopes, (scopes) => row("scopes", `${scopes.join(" ")} (of all tokens and apps)`)),
    ...portals.map(({ id, token }) => row("portal", `${id}, token ${token}`)),
    ...apps.map(({ clientId }) => row("app", `${url}/oauth/authorize?client_id=${encodeURIComponent(clientId)}&…`)),
    "",
    row("calls", `${per(limits.general)}, ${grouped(limits.daily)} a day`),
    ...(apps.length === 0 ? [] : [row("by apps", per(limits.oauth))]),
    row("search", per(limits.search)),
    row("associations", `${per(limits.associations)}, ${grouped(limits.associationsDaily)} a day (batches and labels)`),
    row("events", per(limits.events)),
    "",
    ...Object.entries(records).map(([type, count]) => row("records", `${grouped(count)} ${type}`)),
    ...maybe(snapshot, (file) => row("snapshot", file)),
    ...maybe(webhook, ({ url }) => row("webhooks to", url)),
    row("faults", running.faults),
    row("inspect", `${url}/emulator`),
    "",
    "  Ctrl-C stops it.",
    "",
    ""
  ].join("\n")
}

const grouped = (n: number): string => n.toLocaleString("en-US")
