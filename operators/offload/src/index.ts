export { type DeskOptions, type DeskState, LeaseDesk } from "./leases/desk.ts";
export { type LeaseBucket, openLeaseBucket } from "./leases/lease-bucket.ts";
export { planOf } from "./policy/plan.ts";
export { nextNumber, type Revision, revisionName, superfluous } from "./policy/revision.ts";
export { readState, requestsOf, writeState } from "./policy/state.ts";
export { Telemetry } from "./telemetry/telemetry.ts";
