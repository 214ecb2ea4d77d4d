import type * as HttpClient from "@effect/platform/HttpClient"
import * as UndiciHttpClient from "effect-resilience/UndiciHttpClient"
import type * as Layer from "effect/Layer"

/** The transport of `ours-lean` and of `ours-hubspot`. */
export const lean: Layer.Layer<HttpClient.HttpClient> = UndiciHttpClient.layer()

export const leanName = "UndiciHttpClient.layer"
