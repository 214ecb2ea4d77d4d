import { circuitBreaker, ConsecutiveBreaker, handleAll } from "cockatiel"
import { inLanes, type Subject } from "./subject.ts"

export const subject: Subject = {
  run: (_, operations) => {
    const breaker = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(10), halfOpenAfter: 1000 })
    return inLanes(1, operations, () => breaker.execute(() => Promise.resolve()))
  }
}
