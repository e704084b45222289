export { BatchCost } from "./batch-cost.ts";
export { BatchQueue, type Outlook, type Taken } from "./batch-queue.ts";
export { type ReplicaLoad, replicasNeeded, type StaffingAim } from "./staffing.ts";
export type { Arrival } from "./waiting.ts";
export { type Load, Workload } from "./workload.ts";
