import type { OptionInput } from "../Properties.ts"

/** A property as it is sent: HubSpot wants each option to say where it stands, and whether it is hidden. */
export const written = <A extends { readonly options?: ReadonlyArray<OptionInput> | undefined }>(input: A) =>
  input.options === undefined
    ? input
    : { ...input, options: input.options.map((option, displayOrder) => ({ hidden: false, displayOrder, ...option })) }
