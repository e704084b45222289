import type { Material } from "./material.ts";
import type { Findings, Scale } from "./measure.ts";

/** What every benchmark is given. */
export interface Context {
  readonly scale: Scale;
  readonly material: Material;
}

export type Benchmark = (context: Context) => Promise<Findings>;
