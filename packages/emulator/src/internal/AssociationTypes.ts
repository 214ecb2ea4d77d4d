/**
 * The associations that HubSpot defines, with their numbers in both directions.
 */

export type Pair = readonly [from: string, to: string, typeId: number, inverse: number]

/** The one that a default association gets: it has no label. */
export const unlabelled: ReadonlyArray<Pair> = [
  ["contacts", "companies", 279, 280],
  ["contacts", "deals", 4, 3],
  ["contacts", "tickets", 15, 16],
  ["companies", "deals", 342, 341],
  ["companies", "tickets", 340, 339],
  ["deals", "tickets", 27, 28],
  ["contacts", "contacts", 449, 449],
  ["companies", "companies", 450, 450],
  ["deals", "deals", 451, 451],
  ["tickets", "tickets", 452, 452],
  ["deals", "line_items", 19, 20],
  ["deals", "quotes", 63, 64],
  ["quotes", "line_items", 67, 68],
  ["quotes", "contacts", 69, 70],
  ["quotes", "companies", 71, 72],
  ["quotes", "tasks", 217, 218],
  ["communications", "contacts", 81, 82],
  ["communications", "tickets", 83, 84],
  ["communications", "deals", 85, 86],
  ["communications", "companies", 87, 88],
  ["companies", "calls", 181, 182],
  ["companies", "emails", 185, 186],
  ["companies", "meetings", 187, 188],
  ["companies", "notes", 189, 190],
  ["companies", "tasks", 191, 192],
  ["contacts", "calls", 193, 194],
  ["contacts", "emails", 197, 198],
  ["contacts", "meetings", 199, 200],
  ["contacts", "notes", 201, 202],
  ["contacts", "tasks", 203, 204],
  ["deals", "calls", 205, 206],
  ["deals", "emails", 209, 210],
  ["deals", "meetings", 211, 212],
  ["deals", "notes", 213, 214],
  ["deals", "tasks", 215, 216],
  ["tickets", "calls", 219, 220],
  ["tickets", "emails", 223, 224],
  ["tickets", "meetings", 225, 226],
  ["tickets", "notes", 227, 228],
  ["tickets", "tasks", 229, 230],
  ["calls", "meetings", 399, 400],
  ["postal_mail", "contacts", 453, 454],
  ["postal_mail", "tickets", 455, 456],
  ["postal_mail", "deals", 457, 458],
  ["postal_mail", "companies", 459, 460]
]

export const primary = "Primary"

/** Those that say more than that two records belong together. */
export const labelled: ReadonlyArray<readonly [...Pair, label: string, inverseLabel: string]> = [
  ["contacts", "companies", 1, 2, primary, primary],
  ["deals", "companies", 5, 6, primary, primary],
  ["companies", "tickets", 25, 26, primary, primary],
  ["companies", "companies", 13, 14, "Child Company", "Parent Company"]
]

/** Where there is a primary one, it has the plain name. */
export const hasPrimary = (from: string, to: string): boolean =>
  labelled.some(([one, other, , , label]) => one === from && other === to && label === primary)
