import Bottleneck from "bottleneck"
import pRetry from "p-retry"
import { baseUrl, token } from "./surroundings.ts"

const limiter = new Bottleneck({ reservoir: 190, reservoirRefreshAmount: 190, reservoirRefreshInterval: 10_000 })
const contact = await pRetry(() =>
  limiter.schedule(async () => {
    const response = await fetch(`${baseUrl}/crm/v3/objects/contacts/1`, {
      headers: { authorization: `Bearer ${token}` }
    })
    if (!response.ok) throw new Error(`answered ${response.status}`)
    return await response.json() as { id: string }
  })
)
console.log(contact.id)
process.exit()
