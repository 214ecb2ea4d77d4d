/** The names of the limits that HubSpot counts apart. */

/** For as long as some seconds. */
export const bursts = ["general", "search", "associations", "events"] as const

/** From midnight to midnight in the account's time zone. */
export const days = ["daily", "associationsDaily"] as const

export const isDay = (name: string): boolean => days.some((day) => day === name)
