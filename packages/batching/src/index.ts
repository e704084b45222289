export { BatchQueue, type Outlook, type Taken } from "./batch-queue.ts";
export { Forecast } from "./forecast.ts";
export { type ReplicaLoad, replicasNeeded, type StaffingAim } from "./staffing.ts";
export type { Arrival } from "./waiting.ts";
export { type Load, Workload } from "./workload.ts";
