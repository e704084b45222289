export { Beliefs } from "./beliefs.ts";
export { Fusion, type FusionOptions, type Graded } from "./fusion.ts";
export { LabelBeliefs } from "./label-beliefs.ts";
export { LabelFusion, type LabelFusionOptions } from "./labels.ts";
export type { Promised } from "./promise.ts";
