/**
 * Pipelines and their stages. Deals and tickets have one each from the start; what records say of theirs is not
 * checked against them.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import type { Table } from "./Store.ts"

interface Dated {
  readonly id: string
  label: string
  displayOrder: number
  readonly createdAt: string
  updatedAt: string
}

interface Stage extends Dated {
  metadata: { readonly [name: string]: unknown }
}

interface Pipeline extends Dated {
  readonly stages: Map<string, Stage>
}

export interface Pipelines {
  /** By the id of the type, then by the id of the pipeline. */
  readonly byType: Map<string, Map<string, Pipeline>>
  nextId: number
}

const epoch = "1970-01-01T00:00:00.000Z"

type Seed = readonly [id: string, label: string, metadata: Stage["metadata"]]

const dealStages: ReadonlyArray<Seed> = [
  ["appointmentscheduled", "Appointment Scheduled", { isClosed: "false", probability: "0.2" }],
  ["qualifiedtobuy", "Qualified To Buy", { isClosed: "false", probability: "0.4" }],
  ["presentationscheduled", "Presentation Scheduled", { isClosed: "false", probability: "0.6" }],
  ["decisionmakerboughtin", "Decision Maker Bought-In", { isClosed: "false", probability: "0.8" }],
  ["contractsent", "Contract Sent", { isClosed: "false", probability: "0.9" }],
  ["closedwon", "Closed Won", { isClosed: "true", probability: "1.0" }],
  ["closedlost", "Closed Lost", { isClosed: "true", probability: "0.0" }]
]

const ticketStages: ReadonlyArray<Seed> = [
  ["1", "New", { isClosed: "false", ticketState: "OPEN" }],
  ["2", "Waiting on contact", { isClosed: "false", ticketState: "OPEN" }],
  ["3", "Waiting on us", { isClosed: "false", ticketState: "OPEN" }],
  ["4", "Closed", { isClosed: "true", ticketState: "CLOSED" }]
]

const seeded = (id: string, label: string, stages: ReadonlyArray<Seed>): Map<string, Pipeline> => {
  const dated = { displayOrder: 0, createdAt: epoch, updatedAt: epoch }
  return new Map([[id, {
    ...dated,
    id,
    label,
    stages: new Map(stages.map(([id, label, metadata], displayOrder) => [
      id,
      { ...dated, id, label, metadata, displayOrder }
    ]))
  }]])
}

export const make = (): Pipelines => ({
  byType: new Map([
    ["0-3", seeded("default", "Sales Pipeline", dealStages)],
    ["0-5", seeded("0", "Support Pipeline", ticketStages)]
  ]),
  nextId: 1001
})

const ofType = ({ pipelines }: Portal, { type }: Table): Map<string, Pipeline> => {
  const known = pipelines.byType.get(type.id) ?? new Map<string, Pipeline>()
  pipelines.byType.set(type.id, known)
  return known
}

const byOrder = <A extends Dated>(items: Iterable<A>): ReadonlyArray<A> =>
  [...items].sort((a, b) => a.displayOrder - b.displayOrder)

const showStage = (stage: Stage) => ({ ...stage, archived: false, writePermissions: "CRM_PERMISSIONS_ENFORCEMENT" })

const show = (pipeline: Pipeline) => ({
  ...pipeline,
  stages: byOrder(pipeline.stages.values()).map(showStage),
  archived: false
})

/** The pipeline and the stage that a path names. */
const pipelineOf = (portal: Portal, table: Table, { params }: Call.Call) => ofType(portal, table).get(params.id!)
const stageOf = (portal: Portal, table: Table, call: Call.Call) =>
  pipelineOf(portal, table, call)?.stages.get(call.params.stage!)

export const list = (portal: Portal, table: Table): Answer.Answer =>
  Answer.page(byOrder(ofType(portal, table).values()).map(show))

export const read = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const pipeline = pipelineOf(portal, table, call)
  return pipeline === undefined ? Answer.notFound : Answer.ok(show(pipeline))
}

export const create = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const made = pipelineFrom(portal, json, call, String(portal.pipelines.nextId++))
  if (Answer.isFailure(made)) return made
  ofType(portal, table).set(made.id, made)
  return Answer.created(show(made))
}

/** A pipeline with its stages; those that have an id keep it. */
const pipelineFrom = (portal: Portal, json: Call.Json, call: Call.Call, id: string): Pipeline | Answer.Failure => {
  const dated = datedFrom(json, call, id)
  if (Answer.isFailure(dated)) return dated
  if (!Array.isArray(json.stages)) return Answer.invalid("A pipeline needs `stages`, an array.")
  const stages = new Map<string, Stage>()
  for (const input of json.stages) {
    const stage = stageFrom(portal, Call.isJson(input) ? input : {}, call)
    if (Answer.isFailure(stage)) return stage
    stages.set(stage.id, stage)
  }
  return { ...dated, stages }
}

const stageFrom = ({ pipelines }: Portal, json: Call.Json, call: Call.Call): Stage | Answer.Failure => {
  const dated = datedFrom(json, call, Call.idOf(json.stageId ?? json.id) ?? String(pipelines.nextId++))
  return Answer.isFailure(dated) ? dated : { ...dated, metadata: Call.isJson(json.metadata) ? json.metadata : {} }
}

const datedFrom = ({ displayOrder, label }: Call.Json, call: Call.Call, id: string): Dated | Answer.Failure => {
  if (typeof label !== "string" || label === "") return Answer.invalid("Pipelines and stages need a `label`.")
  if (typeof displayOrder !== "number") return Answer.invalid("Pipelines and stages need a `displayOrder`.")
  const at = new Date(call.now).toISOString()
  return { id, label, displayOrder, createdAt: at, updatedAt: at }
}

export const replace = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const pipeline = pipelineOf(portal, table, call)
  if (pipeline === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const made = pipelineFrom(portal, json, call, pipeline.id)
  if (Answer.isFailure(made)) return made
  const replaced = { ...made, createdAt: pipeline.createdAt }
  ofType(portal, table).set(pipeline.id, replaced)
  return Answer.ok(show(replaced))
}

const patch = (item: Dated, { displayOrder, label }: Call.Json, call: Call.Call) => {
  if (typeof label === "string") item.label = label
  if (typeof displayOrder === "number") item.displayOrder = displayOrder
  item.updatedAt = new Date(call.now).toISOString()
}

export const update = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const pipeline = pipelineOf(portal, table, call)
  if (pipeline === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  patch(pipeline, json, call)
  return Answer.ok(show(pipeline))
}

export const remove = (portal: Portal, table: Table, call: Call.Call): Answer.Answer =>
  ofType(portal, table).delete(call.params.id!) ? Answer.noContent : Answer.notFound

export const stages = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const pipeline = pipelineOf(portal, table, call)
  return pipeline === undefined ? Answer.notFound : Answer.page(byOrder(pipeline.stages.values()).map(showStage))
}

export const readStage = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const stage = stageOf(portal, table, call)
  return stage === undefined ? Answer.notFound : Answer.ok(showStage(stage))
}

export const createStage = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const pipeline = pipelineOf(portal, table, call)
  if (pipeline === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const stage = stageFrom(portal, json, call)
  if (Answer.isFailure(stage)) return stage
  pipeline.stages.set(stage.id, stage)
  return Answer.created(showStage(stage))
}

/** PUT and PATCH alike: what is not named stays. */
export const updateStage = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const stage = stageOf(portal, table, call)
  if (stage === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  patch(stage, json, call)
  if (Call.isJson(json.metadata)) stage.metadata = { ...stage.metadata, ...json.metadata }
  return Answer.ok(showStage(stage))
}

export const removeStage = (portal: Portal, table: Table, call: Call.Call): Answer.Answer =>
  pipelineOf(portal, table, call)?.stages.delete(call.params.stage!) ? Answer.noContent : Answer.notFound

/** The pipeline that a type has from the start, and its first stage. */
export const first = (
  { pipelines }: Portal,
  { type }: Table
): readonly [pipeline: string, stage: string] | undefined => {
  const [pipeline] = pipelines.byType.get(type.id)?.values() ?? []
  const [stage] = pipeline?.stages.keys() ?? []
  return pipeline === undefined || stage === undefined ? undefined : [pipeline.id, stage]
}
