/** Which properties are asked for in the URL of a call, and which in the body of a second one. */

export interface Asked {
  readonly names: ReadonlyArray<string>
  /** Those whose history is asked for. */
  readonly history: ReadonlyArray<string>
}

/**
 * The room for names in a URL, in characters. RFC 9110, 4.1, has every recipient take URIs of 8,000 octets; the host, the
 * path and the rest of the query have what is left.
 */
export const room = 6000

/** As many names as a URL has room for, and the rest: those with a history last. */
export const split = ({ history, names }: Asked): { readonly head: Asked; readonly rest: Asked | undefined } => {
  let left = room
  const fits = (name: string) => (left -= encodedLength(name) + separator) >= 0
  const from = (names: ReadonlyArray<string>) => {
    const end = names.findIndex((name) => !fits(name))
    return end === -1 ? [names, []] as const : [names.slice(0, end), names.slice(end)] as const
  }
  const [headNames, restNames] = from(names)
  const [headHistory, restHistory] = from(history)
  return {
    head: { names: headNames, history: headHistory },
    rest: restNames.length + restHistory.length === 0 ? undefined : { names: restNames, history: restHistory }
  }
}

const encodedLength = (name: string): number =>
  /^\w*$/.test(name) ? name.length : new URLSearchParams({ "": name }).toString().length - 1

/** A comma, encoded. */
const separator = 3

/** HubSpot's pages and batches are half as large where they have histories. */
export const maxRecords = ({ history }: Asked): number => history.length > 0 ? 50 : 100
