export { Beliefs } from "./beliefs.ts";
export { Fusion, type FusionOptions, type Graded } from "./fusion.ts";
export { LabelFusion } from "./labels.ts";
