/**
 * What every batch call has in common: inputs of a limited number, each of which may fail on its own, and an answer
 * that says COMPLETE either way.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"

export interface Outcomes {
  readonly results: Array<object>
  readonly errors: Array<object>
}

export const none = (): Outcomes => ({ results: [], errors: [] })

export const inputsOf = (
  call: Call.Call,
  max = 100
): { readonly json: Call.Json; readonly inputs: ReadonlyArray<Call.Json> } | Answer.Failure => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const inputs = json.inputs
  if (!Array.isArray(inputs) || !inputs.every(Call.isJson)) {
    return Answer.invalid("The request needs `inputs`, an array.")
  }
  return inputs.length > max ? Answer.tooManyInputs(max) : { json, inputs }
}

/** The id in `{ id }`. */
export const idIn = (u: unknown): string | undefined => Call.isJson(u) ? Call.idOf(u.id) : undefined

/** A failure as an entry of `errors`, with what tells whose error it is. */
export const errorOf = (
  failure: Answer.Failure,
  context: { readonly [key: string]: ReadonlyArray<string> }
): object => {
  const body = failure.body as Answer.ErrorBody
  return { ...body, context: { ...(body.context as object | undefined), ...context } }
}

export const complete = (status: number, { errors, results }: Outcomes, call: Call.Call): Answer.Answer => {
  const at = new Date(call.now).toISOString()
  const body = { status: "COMPLETE", results, startedAt: at, completedAt: at }
  return errors.length === 0
    ? { status, body }
    : { status: 207, body: { ...body, numErrors: errors.length, errors } }
}
