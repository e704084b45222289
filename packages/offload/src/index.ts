export { type Agreed, Agreement, type Estimate } from "./agreement.ts";
export { assess, type Observation, type Signals } from "./assess.ts";
export { TokenBucket } from "./bucket.ts";
export { Decider, type DeciderOptions, type Decision } from "./decide.ts";
export type { RoadView } from "./passage.ts";
export type { Policy } from "./policies/index.ts";
export { Price } from "./price.ts";
export { Road } from "./road.ts";
