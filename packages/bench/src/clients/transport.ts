import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"

/** The transport of `ours-lean` and of `ours-hubspot`: the platform's own, until there is a lean one. See `switches.ts`. */
export const lean: Layer.Layer<HttpClient.HttpClient> = NodeHttpClient.layerUndici

export const leanName = "NodeHttpClient.layerUndici, until there is a lean one"
