import { Client as HubSpotClient } from "@hubspot/api-client"
import { Agent } from "node:http"
import type { Api, Identified, Setup } from "../model.ts"
import { properties } from "./contacts.ts"

type Options = NonNullable<ConstructorParameters<typeof HubSpotClient>[0]>

/** The calls of the official SDK. */
export const apiOf = (setup: Setup, options: Options, close: Api["close"]): Api => {
  const { crm } = new HubSpotClient({ accessToken: setup.token, basePath: setup.baseUrl, ...options })
  const names = [...properties]
  const create = (type: string, values: Readonly<Record<string, string>>): Promise<Identified> =>
    (type === "deals" ? crm.deals : crm.contacts).basicApi.create({ properties: values, associations: [] })
  return {
    get: (id) => crm.contacts.basicApi.getById(id, names),
    create,
    list: async (onPage) => onPage(await crm.contacts.getAll(100, undefined, names)),
    // It leaves it to its users to split a long list.
    getMany: async (ids) => {
      const hundreds = Array.from({ length: Math.ceil(ids.length / 100) }, (_, n) => ids.slice(n * 100, n * 100 + 100))
      const answers = await Promise.all(hundreds.map((inputs) =>
        crm.contacts.batchApi.read({
          inputs: inputs.map((id) => ({ id })),
          properties: names,
          propertiesWithHistory: []
        })
      ))
      return answers.reduce((sum, { results }) => sum + results.length, 0)
    },
    close
  }
}

export const keepAlive = () => new Agent({ keepAlive: true })
