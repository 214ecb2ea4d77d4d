/** Where things are: the one place that knows HubSpot's paths and their version. */

export const accountDetails = "/account-info/v3/details"

export const objects = (type: string): string => `/crm/v3/objects/${encodeURIComponent(type)}`
