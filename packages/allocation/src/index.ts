export { type Allocation, allocate } from "./allocate.ts";
export type { Bid, Candidate } from "./claim.ts";
