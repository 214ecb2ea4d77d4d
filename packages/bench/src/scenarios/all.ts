import { faults } from "./faults.ts"
import { limit } from "./limit.ts"
import { listing } from "./listing.ts"
import { outage } from "./outage.ts"
import { overhead } from "./overhead.ts"
import { records } from "./records.ts"
import { scale } from "./scale.ts"
import type { Scenario } from "./scenario.ts"
import { start } from "./start.ts"

export const scenarios: ReadonlyArray<Scenario> = [limit, faults, outage, overhead, records, listing, start, scale]
