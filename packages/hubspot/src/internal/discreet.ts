import * as Errors from "effect-resilience/ApiError"

/** The same error without a word of what the server answered, which may be what it was sent: a token. */
export const discreet = (error: Errors.ApiError): Errors.ApiError => {
  switch (error._tag) {
    case "RateLimited":
      return new Errors.RateLimited({ ...error, ...withoutWords(error) })
    case "ServerError":
      return new Errors.ServerError({ ...error, ...withoutWords(error) })
    case "ClientError":
      return new Errors.ClientError({ ...error, ...withoutWords(error) })
    case "InvalidResponse":
      return new Errors.InvalidResponse({ ...error, ...withoutWords(error) })
    default:
      return error
  }
}

const withoutWords = ({ details }: { readonly details?: Errors.ErrorDetails | undefined }) => ({
  body: undefined,
  details: details && { category: details.category, correlationId: details.correlationId }
})
