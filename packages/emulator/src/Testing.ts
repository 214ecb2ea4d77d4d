/**
 * An emulator for the tests of one file, in any runner whose hooks take functions that return promises: vitest, Jest and
 * others. Where tests are Effects, `Emulator.layer` serves better.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Emulator from "./Emulator.ts"

/**
 * The runner's own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Hooks {
  readonly beforeAll: (run: () => Promise<void>) => void
  readonly beforeEach: (run: () => Promise<void>) => void
  readonly afterAll: (run: () => Promise<void>) => void
}

/**
 * There once the tests run, and not before.
 *
 * @since 0.1.0
 * @category models
 */
export interface Emulated {
  /** Without a slash at the end: `http://127.0.0.1:40123`. */
  readonly url: string
  readonly token: string
  /** Whatever else an emulator can do: records, faults, counts. */
  readonly run: <A, E>(use: (emulator: Emulator.Emulator.Service) => Effect.Effect<A, E>) => Promise<A>
}

/**
 * Starts an emulator before the tests, on a port of its own, begins each test with it as it was at the start, and stops it
 * after them. Options that cannot be right fail the first hook.
 *
 * @example
 * ```ts
 * import { afterAll, assert, beforeAll, beforeEach, it } from "vitest"
 * import * as Testing from "hubspot-emulator/Testing"
 *
 * const hubspot = Testing.emulated({ beforeAll, beforeEach, afterAll }, { seed: 7 })
 *
 * it("creates a contact", async () => {
 *   await fetch(`${hubspot.url}/crm/v3/objects/contacts`, {
 *     method: "POST",
 *     headers: { authorization: `Bearer ${hubspot.token}`, "content-type": "application/json" },
 *     body: JSON.stringify({ properties: { email: "ada@example.com" } })
 *   })
 *   assert.lengthOf(await hubspot.run((emulator) => emulator.records("contacts")), 1)
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const emulated = ({ afterAll, beforeAll, beforeEach }: Hooks, options?: Emulator.Options): Emulated => {
  const runtime = ManagedRuntime.make(Emulator.layer(options))
  let emulator: Emulator.Emulator.Service | undefined
  const started = (): Emulator.Emulator.Service => {
    if (emulator === undefined) throw new Error("The emulator starts with the first test: ask for it inside of tests.")
    return emulator
  }
  beforeAll(async () => {
    emulator = await runtime.runPromise(Emulator.Emulator)
  })
  beforeEach(() => runtime.runPromise(started().reset))
  afterAll(() => runtime.dispose())
  return {
    get url() {
      return started().url
    },
    get token() {
      return started().token
    },
    run: (use) => runtime.runPromise(use(started()))
  }
}
