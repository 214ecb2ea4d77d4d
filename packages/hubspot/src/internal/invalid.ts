import { InvalidRequest } from "effect-resilience/ApiError"

/** A request that is not sent, because it cannot be right. */
export const invalid = (
  method: string,
  path: string,
  issue: { readonly field: string; readonly problem: string; readonly remedy: string }
): InvalidRequest =>
  new InvalidRequest({
    method,
    urlTemplate: bare(path),
    url: bare(path),
    ...issue,
    outcome: "not-sent",
    retryable: false
  })

/** Without user info, query and fragment: nothing that could be a secret. */
const bare = (path: string): string => path.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1")
