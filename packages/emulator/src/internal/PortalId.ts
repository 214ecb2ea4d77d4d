/** The number of the account, which stands in the names of its custom types. */
export const firstPortal = 1
