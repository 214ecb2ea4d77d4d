/**
 * The users who may own records. They are given, and cannot be changed by a call.
 */
import type { Owner } from "../Owner.ts"
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"

/** Ascending by id. */
export type Owners = ReadonlyArray<Owner>

export const make = (owners: ReadonlyArray<Owner>): Owners => [...owners].sort((a, b) => Number(a.id) - Number(b.id))

const at = "1970-01-01T00:00:00.000Z"

const show = ({ archived = false, email, firstName, id, lastName, userId }: Owner) => ({
  id,
  email,
  type: "PERSON",
  firstName,
  lastName,
  // An archived owner is a user no longer; only the second field still tells who it was.
  ...(archived ? {} : { userId }),
  userIdIncludingInactive: userId,
  createdAt: at,
  updatedAt: at,
  archived
})

export const list = ({ owners }: Portal, call: Call.Call): Answer.Answer => {
  const page = Call.page(call, { max: 500, default: 100 })
  if (Answer.isFailure(page)) return page
  const email = call.query.get("email")?.toLowerCase()
  const found = owners.filter((owner) =>
    (owner.archived ?? false) === Call.wantsArchived(call) && Number(owner.id) > page.after &&
    (email === undefined || owner.email.toLowerCase() === email)
  )
  const shown = found.slice(0, page.limit)
  return Answer.page(shown.map(show), found.length > page.limit && shown.at(-1)!.id)
}

export const read = ({ owners }: Portal, call: Call.Call): Answer.Answer => {
  const idProperty = call.query.get("idProperty") ?? "id"
  if (idProperty !== "id" && idProperty !== "userId") {
    return Answer.invalid(`An owner is found by id or userId, not by ${idProperty}.`, { idProperty: [idProperty] })
  }
  const owner = owners.find((owner) =>
    String(owner[idProperty]) === call.params.id && (owner.archived ?? false) === Call.wantsArchived(call)
  )
  return owner === undefined ? Answer.notFound : Answer.ok(show(owner))
}
