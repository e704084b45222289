import type { EdgeDevice, InferenceBackend, InferenceModel, OffloadPolicy } from "@sluice/contracts";

/** Something about a policy that passes its schema. An `error` makes it do what nobody wants; a `warning` may be meant. */
export interface Finding {
  readonly level: "error" | "warning";
  /** Path of the field. */
  readonly at: string;
  readonly says: string;
}

export const error = (at: string, says: string): Finding => ({ level: "error", at, says });
export const warning = (at: string, says: string): Finding => ({ level: "warning", at, says });

/** The findings whose condition holds. */
export const where = (...pairs: readonly (readonly [boolean, Finding])[]): Finding[] =>
  pairs.filter(([holds]) => holds).map(([, finding]) => finding);

/** What is known around a policy: nothing is said of a kind of which there is no object. */
export interface World {
  readonly policies: readonly OffloadPolicy[];
  readonly devices: readonly EdgeDevice[];
  readonly models: readonly InferenceModel[];
  readonly backends: readonly InferenceBackend[];
}

export type Check = (policy: OffloadPolicy, world: World) => Finding[];
