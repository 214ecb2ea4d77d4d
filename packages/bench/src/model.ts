/** What the processes of a benchmark say to each other. */

/** What a scenario asks of every client; each does as much of it as it can, and says so in its settings. */
export interface Setup {
  readonly baseUrl: string
  readonly token: string
  readonly limit: { readonly calls: number; readonly windowMillis: number }
  /** How many processes share the limit. */
  readonly processes: number
  /** What they may share it through. */
  readonly redis?: { readonly url: string; readonly prefix: string } | undefined
  readonly retries: number
  readonly attemptTimeoutMillis: number
  readonly deadlineMillis: number
  readonly breaker: { readonly failures: number; readonly openingMillis: number }
}

/** How a client was set up, for the reader: printed and kept with the results. */
export type Settings = Readonly<Record<string, string | number | boolean>>

export interface Identified {
  readonly id: string
}

/** The same work, done by each client in its own way. */
export interface Api {
  /** Reads a contact by its id: three of its properties. */
  readonly get: (id: string) => Promise<Identified>
  readonly create: (type: string, properties: Readonly<Record<string, string>>) => Promise<Identified>
  /** Reads all contacts in pages of 100, and tells of each page as soon as it is there. */
  readonly list: (onPage: (records: ReadonlyArray<Identified>) => void) => Promise<void>
  /** Reads contacts by their ids in as few calls as it can, where it knows how; answers with how many there were. */
  readonly getMany?: (ids: ReadonlyArray<string>) => Promise<number>
  readonly close: () => Promise<void>
}

export interface Client {
  readonly settings: (setup: Setup) => Settings
  readonly make: (setup: Setup) => Promise<Api>
}

/** What a client's process is to do. */
export type Workload =
  | {
    readonly kind: "calls"
    /** Each id once, all of them through `concurrency` lanes; a share of the calls creates instead of reading. */
    readonly count: number
    readonly concurrency: number
    readonly createEvery: number
    readonly type: string
    /** Of the contacts that are read, whose ids count up from here. */
    readonly firstId: number
  }
  | { readonly kind: "arrivals"; readonly perSecond: number; readonly seconds: number }
  | { readonly kind: "list" }
  | { readonly kind: "many"; readonly count: number }

export interface Job {
  readonly setup: Setup
  readonly workload: Workload
  /** Calls before the measured ones, at the same concurrency: by the same client, or by another one in the same process. */
  readonly warmup?: { readonly calls: number; readonly sameClient: boolean } | undefined
  /** When nothing has ended for this long, the calls that are still under way count as never ended. */
  readonly patienceMillis: number
  /** Tells the calls of one process from those of another. */
  readonly prefix: string
}

export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** What a client's process saw. Times are in milliseconds. */
export interface Outcome {
  readonly wallMillis: number
  readonly cpuMillis: number
  readonly peakRssMiB: number
  readonly latency: Latency
  readonly succeeded: number
  readonly failed: number
  readonly neverEnded: number
  readonly failures: Readonly<Record<string, number>>
  /** The keys of the creates that succeeded, as far as the client knows. */
  readonly created: ReadonlyArray<string>
  readonly records: number
}

/** How the scripted server is to answer, from now on. */
export interface ServerSettings {
  /** Of a round trip: half of it before the request counts, half after. */
  readonly latencyMillis: number
  /** A true rolling window; a request that is refused spends nothing. */
  readonly limit?: { readonly calls: number; readonly windowMillis: number } | undefined
  /** Whether a 429 says when to come back. */
  readonly retryAfter: boolean
  /** Counted from the first request. Everything is answered with 503. */
  readonly outage?: { readonly fromMillis: number; readonly toMillis: number } | undefined
  /** How many contacts there are to list. */
  readonly records: number
}

export interface ServerStats {
  readonly requests: number
  readonly rateLimited: number
  readonly duringOutage: number
  /** From the outage's end to the first good answer. */
  readonly firstSuccessMillis: number
  readonly batchReads: number
}

/** What the emulator saw, and what it holds. */
export interface Ledger {
  readonly requests: number
  readonly rateLimited: number
  /** The key of every record that there is, as often as it is there. */
  readonly keys: ReadonlyArray<string>
}
