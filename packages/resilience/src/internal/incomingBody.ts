/**
 * A body as it arrives: what has come is kept until somebody takes it, and no more comes than is taken. Plain data, fed by
 * the callbacks of a connection.
 */
import { constVoid } from "effect/Function"

export interface Source {
  readonly pause: () => void
  readonly resume: () => void
  readonly abort: () => void
}

export interface IncomingBody {
  /** Where it comes from, until its end: what is kept of a body that has ended must not keep the whole call. */
  source: Source
  chunks: Array<Uint8Array>
  /** Bytes in `chunks`. */
  size: number
  state: "open" | "ended" | "failed" | "abandoned"
  failure: unknown
  paused: boolean
  /** Who waits for more, or for the end. */
  waiting: (() => void) | undefined
}

/** Of a body that has ended. */
const nothing: Source = { pause: constVoid, resume: constVoid, abort: constVoid }

/** Beyond this, in bytes, the connection waits for the reader. */
const highWaterMark = 64 * 1024

export const make = (source: Source): IncomingBody => ({
  source,
  chunks: [],
  size: 0,
  state: "open",
  failure: undefined,
  paused: false,
  waiting: undefined
})

export const push = (self: IncomingBody, chunk: Uint8Array, isWanted: boolean): void => {
  self.chunks.push(chunk)
  self.size += chunk.length
  if (!isWanted && self.size >= highWaterMark && !self.paused) {
    self.paused = true
    self.source.pause()
  }
  wake(self)
}

export const end = (self: IncomingBody): void => settle(self, "ended")

export const fail = (self: IncomingBody, failure: unknown): void => {
  self.failure = failure
  settle(self, "failed")
}

/** Nobody wants the rest. */
export const abandon = (self: IncomingBody): void => {
  if (self.state !== "open") return
  self.state = "abandoned"
  self.chunks = []
  self.source.abort()
  self.source = nothing
}

const settle = (self: IncomingBody, state: "ended" | "failed"): void => {
  if (self.state !== "open") return
  self.state = state
  self.source = nothing
  wake(self)
}

const wake = (self: IncomingBody): void => {
  const { waiting } = self
  self.waiting = undefined
  waiting?.()
}

/** Lets the rest come, as fast as it can. */
export const flow = (self: IncomingBody): void => {
  if (!self.paused) return
  self.paused = false
  self.source.resume()
}

/** All that has come so far; the connection may bring more. */
export const take = (self: IncomingBody): ReadonlyArray<Uint8Array> => {
  const { chunks } = self
  self.chunks = []
  self.size = 0
  flow(self)
  return chunks
}

/** In memory of their own: undici's chunks are views of what it reads into. */
export const concat = (chunks: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  let size = 0
  for (const { length } of chunks) size += length
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
