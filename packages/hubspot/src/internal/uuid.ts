import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Version 4, out of the `Random` of the program: under a test the same each time. */
export const uuid: Effect.Effect<string> = Effect.map(
  Effect.replicateEffect(Random.nextIntBetween(0, 16), 31),
  (digits) => {
    const hex = digits.map((digit) => digit.toString(16)).join("")
    const variant = (8 + Number.parseInt(hex[15]!, 16) % 4).toString(16)
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(12, 15)}`, variant + hex.slice(16, 19), hex.slice(19)]
      .join(
        "-"
      )
  }
)
