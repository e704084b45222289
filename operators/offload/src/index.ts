export { type DeskOptions, type DeskState, LeaseDesk } from "./leases/desk.ts";
export { type LeaseBucket, openLeaseBucket } from "./leases/lease-bucket.ts";
export { type Operator, type OperatorDeps, operatorName, startOperator } from "./operator.ts";
export { sameForDevices } from "./policy/document.ts";
export { planOf } from "./policy/plan.ts";
export { recorded } from "./policy/revision.ts";
export { readState } from "./policy/state.ts";
