import { Client } from "@hubspot/api-client"
import { baseUrl, token } from "./surroundings.ts"

const client = new Client({ accessToken: token, basePath: baseUrl })
console.log((await client.crm.contacts.basicApi.getById("1", ["email", "firstname", "lastname"])).id)
process.exit()
