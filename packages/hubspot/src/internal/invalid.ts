import { InvalidRequest } from "effect-resilience/ApiError"

/** A request that is not sent, because it cannot be right. */
export const invalid = (
  method: string,
  path: string,
  issue: { readonly field: string; readonly problem: string; readonly remedy: string }
): InvalidRequest =>
  new InvalidRequest({ method, urlTemplate: path, url: path, ...issue, outcome: "not-sent", retryable: false })
