export { Fusion, type FusionOptions } from "./fusion.ts";
