export { type Allocation, allocate } from "./allocate.ts";
export { Allocator, type AllocatorOptions } from "./allocator.ts";
export type { Bid, Candidate } from "./claim.ts";
export type { Fleet, Member, Moment } from "./fleet.ts";
export { type Account, LeaseHolder, type Offered, type SavedLease } from "./holder.ts";
export { Mandate, type MandateOptions, type TermEntry, type TermWrite } from "./mandate.ts";
export { Meter, type SavedMeter } from "./meter.ts";
export type { Held, Overview } from "./overview.ts";
export { type Period, periodAt, type Quota } from "./quota.ts";
