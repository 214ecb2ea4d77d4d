/**
 * Texts that people write: JSON or YAML. JSON is tried first, so that nothing is loaded for what programs write.
 */
import * as Effect from "effect/Effect"
import type * as Yaml from "yaml"

/** Fails with a line on what is wrong and where. */
export const parse = (text: string): Effect.Effect<unknown, string> =>
  Effect.try((): unknown => JSON.parse(text)).pipe(
    Effect.catchAll(() => Effect.flatMap(Effect.promise(() => import("yaml")), (yaml) => parseYaml(yaml, text)))
  )

const parseYaml = (yaml: Pick<typeof Yaml, "parse">, text: string) =>
  Effect.try({
    try: (): unknown => yaml.parse(text),
    // The first line says what and where; below it the library draws the place.
    catch: (error) => (error as Error).message.split("\n")[0]!.replace(/:$/, "")
  })
