/** Deleting a person for good. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Settings } from "../CrmObject.ts"
import { HubSpotClient } from "../HubSpotClient.ts"
import { invalid } from "./invalid.ts"
import * as Paths from "./paths.ts"

const path = `${Paths.objects("contacts")}/gdpr-delete`

export const gdprDelete = (
  id: string,
  { by, ...settings }: { readonly by?: "email" | undefined } & Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Effect.gen(function*() {
    if (id.trim() === "") {
      return yield* invalid("POST", path, {
        field: "id",
        problem: "does not name a contact",
        remedy: "give its id, or its email with `by`"
      })
    }
    const client = yield* HubSpotClient
    yield* client.post(path, Schema.Unknown, {
      ...settings,
      body: { objectId: id, ...(by === undefined ? {} : { idProperty: by }) },
      replay: "safe"
    }).pipe(
      // An earlier attempt may have done it: what is not there any more is deleted.
      Effect.catchTag("ClientError", (error) =>
        error.status === 404 && error.retry?.uncertain === true ? Effect.void : Effect.fail(error))
    )
  })
