export { planOf } from "./policy/plan.ts";
export { nextNumber, type Revision, revisionName, superfluous } from "./policy/revision.ts";
export { readState, requestsOf, writeState } from "./policy/state.ts";
export { Telemetry } from "./telemetry/telemetry.ts";
