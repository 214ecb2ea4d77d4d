/**
 * The calls about the account itself.
 */
import * as Answer from "./Answer.ts"
import type { Call } from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Quota from "./Quota.ts"

const account = {
  accountType: "DEVELOPER_TEST",
  timeZone: "Etc/UTC",
  companyCurrency: "USD",
  additionalCurrencies: [],
  utcOffset: "+00:00",
  utcOffsetMilliseconds: 0,
  uiDomain: "app.hubspot.com",
  dataHostingLocation: "na1"
}

export const details = ({ id }: Portal): Answer.Answer => Answer.ok({ portalId: id, ...account })

export const dailyUsage = ({ quota }: Portal, { now }: Call): Answer.Answer =>
  Answer.ok({
    results: [{
      name: "private-apps-api-calls-daily",
      usageLimit: quota.limits.daily,
      currentUsage: Quota.usedToday(quota, now),
      collectedAt: new Date(now).toISOString(),
      fetchStatus: "SUCCESS",
      resetsAt: new Date(Quota.resetsAt(now)).toISOString()
    }]
  })
