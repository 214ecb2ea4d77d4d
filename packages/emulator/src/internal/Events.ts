/**
 * Custom events. They are kept as they came; one whose `uuid` has been seen is not kept again.
 */
import type { CustomEvent } from "../CustomEvent.ts"
import * as Answer from "./Answer.ts"
import { inputsOf } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import * as EventDefinitions from "./EventDefinitions.ts"
import type { Portal } from "./Portal.ts"
import { timeOf } from "./PropertyCheck.ts"

export interface Events {
  readonly kept: Array<CustomEvent>
  readonly uuids: Set<string>
  readonly definitions: EventDefinitions.EventDefinitions
  /** Of the next definition. */
  nextId: number
}

export const make = (): Events => ({
  kept: [],
  uuids: new Set(),
  definitions: EventDefinitions.make(),
  nextId: 1001
})

const maxBatch = 500

export const send = ({ events }: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const event = eventFrom(json, call.now)
  if (Answer.isFailure(event)) return event
  keep(events, event)
  return Answer.noContent
}

/** One event that is not right fails them all. */
export const sendBatch = ({ events }: Portal, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call, maxBatch)
  if (Answer.isFailure(batch)) return batch
  const read: Array<CustomEvent> = []
  for (const input of batch.inputs) {
    const event = eventFrom(input, call.now)
    if (Answer.isFailure(event)) return event
    read.push(event)
  }
  for (const event of read) keep(events, event)
  return Answer.noContent
}

const keep = (self: Events, event: CustomEvent) => {
  if (event.uuid !== undefined) {
    if (self.uuids.has(event.uuid)) return
    self.uuids.add(event.uuid)
  }
  self.kept.push(event)
}

const eventFrom = (json: Call.Json, now: number): CustomEvent | Answer.Failure => {
  const { eventName, properties } = json
  if (typeof eventName !== "string" || eventName === "") return Answer.invalid("An event needs an `eventName`.")
  const [email, utk, objectId, uuid] = [json.email, json.utk, json.objectId, json.uuid].map(Call.idOf)
  if (email === undefined && utk === undefined && objectId === undefined) {
    return Answer.invalid("An event needs one of `email`, `utk` and `objectId`.")
  }
  const occurredAt = json.occurredAt === undefined ? now : timeOf(Call.textOf(json.occurredAt))
  if (Number.isNaN(occurredAt)) {
    return Answer.invalid(`Not a time: ${Call.textOf(json.occurredAt)}`, {
      occurredAt: [Call.textOf(json.occurredAt)]
    })
  }
  return {
    eventName,
    occurredAt: new Date(occurredAt).toISOString(),
    properties: Call.isJson(properties) ? properties : {},
    email,
    utk,
    objectId,
    uuid
  }
}
