export { batching as client } from "./ours-hubspot.ts"
