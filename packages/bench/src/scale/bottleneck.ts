import Bottleneck from "bottleneck"
import { inLanes, type Subject } from "./subject.ts"

export const subject: Subject = {
  run: async (waiting, operations) => {
    const limiter = new Bottleneck({
      reservoir: 1_000_000,
      reservoirRefreshAmount: 1_000_000,
      reservoirRefreshInterval: 10_000,
      maxConcurrent: 1
    })
    await inLanes(waiting + 1, operations, () => limiter.schedule(() => Promise.resolve()))
    await limiter.disconnect()
  }
}
