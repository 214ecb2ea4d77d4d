import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule, Stream } from "effect"
import {
  Account,
  Associations,
  type BatchResult,
  EventDefinitions,
  Events,
  Exports,
  type HubSpotClient,
  Imports,
  ListMemberships,
  Lists,
  Owners,
  Pipelines,
  Properties,
  PropertyGroups,
  Schemas
} from "effect-hubspot"
import { type ApiError, RateLimiter } from "effect-resilience"
import { Emulator, type FaultPlan } from "hubspot-emulator"
import { clientFor, live } from "../support/hubspot.ts"

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]
type Needs = HubSpotClient.HubSpotClient | Emulator.Emulator

interface Case {
  readonly name: string
  /** Whether a call that may have been carried out is repeated. */
  readonly repeated: boolean
  /** Makes what the call needs, and gives the call. */
  readonly prepare: Effect.Effect<Effect.Effect<unknown, ApiError.ApiError, Needs>, ApiError.ApiError, Needs>
}

const call = <A>(
  name: string,
  repeated: boolean,
  effect: Effect.Effect<A, ApiError.ApiError, Needs>,
  prepare: Effect.Effect<unknown, ApiError.ApiError, Needs> = Effect.void
): Case => ({ name, repeated, prepare: Effect.as(prepare, effect) })

/** A batch whose inputs fail is a failure here. */
const whole = <A, B, R>(effect: Effect.Effect<BatchResult.BatchResult<A, B>, never, R>) =>
  Effect.flatMap(effect, ({ failed }) => failed[0] === undefined ? Effect.void : Effect.fail(failed[0].error))

const field: Properties.Input = {
  name: "food",
  label: "Food",
  type: "string",
  fieldType: "text",
  groupName: "contactinformation"
}
const fielded = Properties.create("contacts", field)
const group = PropertyGroups.create("contacts", { name: "food", label: "Food" })
const schema: Schemas.Input = {
  name: "membership",
  labels: { singular: "Membership", plural: "Memberships" },
  properties: [{ name: "number", label: "Number", type: "string", fieldType: "text" }]
}
const type = "p1_membership"
const associated = { fromObjectTypeId: "2-1001", toObjectTypeId: "0-1" }
const pipeline: Pipelines.Input = { label: "Renewals", displayOrder: 1, stages: [] }
const stage = { label: "Verbal", displayOrder: 9, metadata: { probability: "0.9" } }
const list: Lists.Input = { name: "Invited", objectTypeId: "0-1", processingType: "MANUAL" }
const defined = EventDefinitions.create({ name: "bought", label: "Bought" })
const eventField: EventDefinitions.PropertyInput = { name: "amount", label: "Amount", type: "number" }
const fieldOfEvent = Effect.zipRight(defined, EventDefinitions.createProperty("bought", eventField))
const event: Events.Event = { eventName: "pe1_bought", email: "ada@example.com" }
const file: Imports.Input = {
  name: "November",
  files: [{
    fileName: "a.csv",
    content: "Email\nada@example.com\n",
    columns: [{ columnName: "Email", columnObjectTypeId: "0-1", propertyName: "email" }]
  }]
}
const everyone: Exports.Input = { exportName: "All", objectType: "contacts", objectProperties: ["email"] }
const label = { name: "chief", label: "Chief" }

/** Two contacts, 6001 and 6002. */
const people = Effect.flatMap(
  Emulator.Emulator,
  (emulator) => emulator.add("contacts", [{ email: "ada@example.com" }, { email: "bob@example.com" }])
)
const pair = { from: "6001", to: "6002" }
const labelled = Effect.zipRight(people, Associations.createLabel("contacts", "contacts", label))
const types = [{ associationCategory: "USER_DEFINED", associationTypeId: 10_001 }] as const
const listed = Effect.zipRight(people, Lists.create(list))
const imported = Imports.start(file, { attemptTimeout: "400 millis" })
const schedule = Schedule.spaced("1 millis")
const download = Effect.gen(function*() {
  const emulator = yield* Emulator.Emulator
  const { id } = yield* Exports.start(everyone)
  yield* Stream.runDrain(Exports.states(id, { schedule }))
  return Stream.runDrain(Exports.download(`${emulator.url}/emulated-files/exports/${id}.csv`)).pipe(
    Effect.provide(NodeHttpClient.layerUndici)
  )
})

const cases: ReadonlyArray<Case> = [
  call("Account.testCredentials", true, Account.testCredentials),
  call("Account.details", true, Account.details),
  call("Account.dailyUsage", true, Account.dailyUsage),
  call("Properties.list", true, Properties.list("contacts")),
  call("Properties.get", true, Properties.get("contacts", "email")),
  call("Properties.create", false, fielded),
  call("Properties.update", true, Properties.update("contacts", "food", { label: "Meal" }), fielded),
  call("Properties.addOptions", true, Properties.addOptions("contacts", "food", []), fielded),
  call("Properties.archive", true, Properties.archive("contacts", "food"), fielded),
  call("Properties.batchCreate", false, whole(Properties.batchCreate("contacts", [field]))),
  call("Properties.batchRead", true, whole(Properties.batchRead("contacts", ["email"]))),
  call("Properties.batchArchive", true, whole(Properties.batchArchive("contacts", ["food"])), fielded),
  call("PropertyGroups.list", true, PropertyGroups.list("contacts")),
  call("PropertyGroups.get", true, PropertyGroups.get("contacts", "contactinformation")),
  call("PropertyGroups.create", false, group),
  call("PropertyGroups.update", true, PropertyGroups.update("contacts", "food", { label: "Meals" }), group),
  call("PropertyGroups.archive", true, PropertyGroups.archive("contacts", "food"), group),
  call("Schemas.list", true, Schemas.list()),
  call("Schemas.get", true, Schemas.get("contacts")),
  call("Schemas.create", false, Schemas.create(schema)),
  call("Schemas.update", true, Schemas.update(type, { description: "x" }), Schemas.create(schema)),
  call("Schemas.archive", true, Schemas.archive(type), Schemas.create(schema)),
  call("Schemas.createAssociation", false, Schemas.createAssociation(type, associated), Schemas.create(schema)),
  {
    name: "Schemas.removeAssociation",
    repeated: true,
    prepare: Effect.map(
      Effect.zipRight(Schemas.create(schema), Schemas.createAssociation(type, associated)),
      ({ id }) => Schemas.removeAssociation(type, id)
    )
  },
  call("Owners.stream", true, Stream.runDrain(Owners.stream())),
  call("Owners.byEmail", true, Owners.byEmail("ada@example.com")),
  {
    name: "Owners.get",
    repeated: true,
    prepare: Effect.map(
      Stream.runHead(Owners.stream()),
      (owner) => Effect.flatMap(Effect.orDie(owner), ({ id }) => Owners.get(id))
    )
  },
  call("Pipelines.list", true, Pipelines.list("deals")),
  call("Pipelines.get", true, Pipelines.get("deals", "default")),
  call("Pipelines.create", false, Pipelines.create("deals", pipeline)),
  call("Pipelines.replace", true, Pipelines.replace("deals", "default", pipeline)),
  call("Pipelines.update", true, Pipelines.update("deals", "default", { label: "Sales" })),
  call("Pipelines.remove", true, Pipelines.remove("deals", "default")),
  call("Pipelines.stages", true, Pipelines.stages("deals", "default")),
  call("Pipelines.getStage", true, Pipelines.getStage("deals", "default", "closedwon")),
  call("Pipelines.createStage", false, Pipelines.createStage("deals", "default", stage)),
  call("Pipelines.updateStage", true, Pipelines.updateStage("deals", "default", "closedwon", { label: "Won" })),
  call("Pipelines.removeStage", true, Pipelines.removeStage("deals", "default", "closedwon")),
  call("Lists.create", false, Lists.create(list)),
  call("Lists.get", true, Lists.get("1"), listed),
  call("Lists.byName", true, Lists.byName("0-1", "Invited"), listed),
  call("Lists.search", true, Stream.runDrain(Lists.search()), listed),
  call("Lists.rename", true, Lists.rename("1", "Guests"), listed),
  call("Lists.updateFilters", true, Lists.updateFilters("1", {}), Lists.create({ ...list, processingType: "DYNAMIC" })),
  call("Lists.remove", true, Lists.remove("1"), listed),
  call("Lists.restore", true, Lists.restore("1"), Effect.zipRight(listed, Lists.remove("1"))),
  call("ListMemberships.stream", true, Stream.runDrain(ListMemberships.stream("1")), listed),
  call("ListMemberships.ofRecord", true, ListMemberships.ofRecord("0-1", "6001"), listed),
  call("ListMemberships.add", true, whole(ListMemberships.add("1", ["6001"])), listed),
  call("ListMemberships.remove", true, whole(ListMemberships.remove("1", ["6001"])), listed),
  call("ListMemberships.addAndRemove", true, whole(ListMemberships.addAndRemove("1", [{ add: "6001" }])), listed),
  call("ListMemberships.clear", true, ListMemberships.clear("1"), listed),
  call("Associations.stream", true, Stream.runDrain(Associations.stream("contacts", "6001", "contacts")), people),
  call("Associations.associate", true, Associations.associate("contacts", "6001", "contacts", "6002"), people),
  call("Associations.label", true, Associations.label("contacts", "6001", "contacts", "6002", types), labelled),
  call("Associations.remove", true, Associations.remove("contacts", "6001", "contacts", "6002"), people),
  call("Associations.batchRead", true, whole(Associations.batchRead("contacts", "contacts", ["6001"])), people),
  call("Associations.batchAssociate", true, whole(Associations.batchAssociate("contacts", "contacts", [pair])), people),
  call(
    "Associations.batchCreate",
    true,
    whole(Associations.batchCreate("contacts", "contacts", [{ ...pair, types }])),
    labelled
  ),
  call("Associations.batchArchive", true, whole(Associations.batchArchive("contacts", "contacts", [pair])), people),
  call(
    "Associations.batchArchiveLabels",
    true,
    whole(Associations.batchArchiveLabels("contacts", "contacts", [{ ...pair, types }])),
    labelled
  ),
  call("Associations.labels", true, Associations.labels("contacts", "contacts")),
  call("Associations.createLabel", false, Associations.createLabel("contacts", "contacts", label)),
  call("Associations.updateLabel", true, Associations.updateLabel("contacts", "contacts", 10_001, label), labelled),
  call("Associations.deleteLabel", true, Associations.deleteLabel("contacts", "contacts", 10_001), labelled),
  call("Events.send", true, Events.send(event)),
  call("Events.batchSend", true, whole(Events.batchSend([event]))),
  call("EventDefinitions.stream", true, Stream.runDrain(EventDefinitions.stream()), defined),
  call("EventDefinitions.get", true, EventDefinitions.get("bought"), defined),
  call("EventDefinitions.create", false, defined),
  call("EventDefinitions.update", true, EventDefinitions.update("bought", { label: "Sold" }), defined),
  call("EventDefinitions.remove", true, EventDefinitions.remove("bought"), defined),
  call("EventDefinitions.properties", true, EventDefinitions.properties("bought"), defined),
  call("EventDefinitions.createProperty", false, EventDefinitions.createProperty("bought", eventField), defined),
  call(
    "EventDefinitions.updateProperty",
    true,
    EventDefinitions.updateProperty("bought", "amount", { label: "Sum" }),
    fieldOfEvent
  ),
  call("EventDefinitions.removeProperty", true, EventDefinitions.removeProperty("bought", "amount"), fieldOfEvent),
  call("Imports.start", false, imported),
  call("Imports.get", true, Imports.get("1"), imported),
  call("Imports.states", true, Stream.runDrain(Imports.states("1", { schedule })), imported),
  call("Imports.stream", true, Stream.runDrain(Imports.stream())),
  call("Imports.errors", true, Stream.runDrain(Imports.errors("1")), imported),
  call("Imports.cancel", true, Imports.cancel("1"), imported),
  call("Exports.start", false, Exports.start(everyone)),
  call("Exports.get", true, Exports.get("1"), Exports.start(everyone)),
  call("Exports.states", true, Stream.runDrain(Exports.states("1", { schedule })), Exports.start(everyone)),
  { name: "Exports.download", repeated: true, prepare: download }
]

const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })

/** The call begins while every request meets the fault, and goes on when none does. */
const through = (fault: Fault, { prepare }: Case) =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    yield* emulator.reset
    const ready = yield* prepare
    const before = (yield* emulator.stats).requests
    yield* emulator.setFaults(always(fault))
    const fiber = yield* Effect.fork(Effect.either(ready))
    yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > before })
    yield* emulator.setFaults({})
    const outcome = yield* Fiber.join(fiber)
    return { outcome, requests: (yield* emulator.stats).requests - before }
  })

const unanswered: ReadonlyArray<Fault> = [
  { kind: "status", status: 503 },
  { kind: "resetAfterCommit" },
  { kind: "hang" }
]

const quick = live({
  overrides: {
    attemptTimeout: "400 millis",
    limits: ["general", "search", "associations"].map((name) => RateLimiter.rolling(name, 10_000, "100 millis"))
  }
})

describe.concurrent("a limit that is reached is waited for", () => {
  for (const one of cases) {
    it.scopedLive(one.name, () =>
      Effect.gen(function*() {
        const { outcome, requests } = yield* through({ kind: "rateLimited", body: "tenSecondly" }, one)
        assert.strictEqual(outcome._tag, "Right", String(outcome._tag === "Left" && outcome.left.message))
        assert.isAbove(requests, 1)
      }).pipe(Effect.provide(quick)))
  }
})

describe.concurrent("where the answer never came", () => {
  for (const one of cases) {
    it.scopedLive(`${one.name} is ${one.repeated ? "repeated" : "not repeated, and says so"}`, () =>
      Effect.gen(function*() {
        for (const fault of unanswered) {
          const { outcome, requests } = yield* through(fault, one)
          const said = `${fault.kind}: ${outcome._tag === "Left" && outcome.left.message}`
          if (one.repeated) {
            assert.strictEqual(outcome._tag, "Right", said)
            assert.isAbove(requests, 1, said)
          } else {
            assert.strictEqual(outcome._tag === "Left" && outcome.left.outcome, "unknown", said)
            assert.strictEqual(requests, 1, said)
          }
        }
      }).pipe(Effect.provide(quick)))
  }
})

describe.concurrent("interruption closes the socket", () => {
  for (const one of cases) {
    it.scopedLive(one.name, () =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        // By a client of its own, whose sockets close with it.
        const ready = yield* Effect.provide(one.prepare, clientFor(emulator))
        yield* Effect.repeat(Effect.delay(emulator.stats, 5), { until: ({ openSockets }) => openSockets === 0 })
        const before = (yield* emulator.stats).requests
        yield* emulator.setFaults(always({ kind: "hang" }))
        const fiber = yield* Effect.fork(ready)
        yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > before })
        yield* Fiber.interrupt(fiber)
        yield* Effect.repeat(Effect.delay(emulator.stats, 5), { until: ({ openSockets }) => openSockets === 0 })
      }).pipe(Effect.provide(live())))
  }
})

describe.concurrent("a body that breaks off is no answer", () => {
  const withBody = cases.filter(({ name }) =>
    /Account|list|get|stream|create|start|batchRead|search|byName|labels$/.test(name)
  )
  for (const one of withBody) {
    it.scopedLive(one.name, () =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        const ready = yield* one.prepare
        yield* emulator.setFaults(always({ kind: "cutBody" }))
        assert.deepInclude(yield* Effect.flip(ready), { _tag: "ConnectionError", reason: "incomplete" })
      }).pipe(Effect.provide(live({ overrides: { retry: { retries: 0 } } }))))
  }
})
