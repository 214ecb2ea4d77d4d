/**
 * Writes a picture of every profile's retries, for the README.
 *
 *     npx tsx scripts/plots.mjs [folder, docs by default]
 */
import { Profile, RetryPlot, RetrySchedule, SampleErrors } from "effect-resilience"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const folder = process.argv[2] ?? "docs"
mkdirSync(folder, { recursive: true })
const { development, production, testing } = Profile
for (const [name, { retry }] of Object.entries({ development, production, testing })) {
  const errors = Array(retry.retries).fill(SampleErrors.serverError)
  const bounds = RetrySchedule.bounds(RetrySchedule.fromSettings(retry), errors)
  const file = join(folder, `retry-${name}.svg`)
  writeFileSync(file, RetryPlot.svg(bounds, { title: `Retries of Profile.${name}` }))
  console.log(file)
}
