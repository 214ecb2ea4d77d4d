/** What the scripted server says, in HubSpot's words. */
const instant = "2026-11-01T12:00:00.000Z"

export const contact = (id: string): string =>
  `{"id":"${id}","properties":{"createdate":"${instant}","email":"contact-${id}@example.com","firstname":"Ada",` +
  `"hs_object_id":"${id}","lastmodifieddate":"${instant}","lastname":"Lovelace"},` +
  `"createdAt":"${instant}","updatedAt":"${instant}","archived":false}`

export const page = (after: number, limit: number, total: number): string => {
  const end = Math.min(after + limit, total)
  const results: Array<string> = []
  for (let id = after + 1; id <= end; id++) results.push(contact(String(id)))
  const paging = end < total ? `,"paging":{"next":{"after":"${end}"}}` : ""
  return `{"results":[${results.join(",")}]${paging}}`
}

export const batch = (ids: ReadonlyArray<string>): string =>
  `{"status":"COMPLETE","results":[${ids.map(contact).join(",")}],"startedAt":"${instant}","completedAt":"${instant}"}`

export const rateLimited =
  `{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT",` +
  `"correlationId":"5e1d3c1c-0000-4000-8000-000000000000","policyName":"TEN_SECONDLY_ROLLING"}`

export const unavailable =
  `{"status":"error","message":"service unavailable","correlationId":"5e1d3c1c-0000-4000-8000-000000000000"}`

export const unknown =
  `{"status":"error","message":"resource not found","correlationId":"5e1d3c1c-0000-4000-8000-000000000000"}`
