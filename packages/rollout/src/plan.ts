import type { Selector } from "./selector.ts";

/** How far a wave reaches, those of earlier waves included; devices that are offline are never chosen. */
export type Reach =
  | { readonly kind: "percent"; readonly percent: number }
  | { readonly kind: "count"; readonly count: number }
  /** All that match, besides those that have the revision already. */
  | { readonly kind: "selector"; readonly selector: Selector };

export interface Wave {
  readonly name: string;
  readonly reach: Reach;
  /** Rest between this wave's gate and the next wave. */
  readonly pauseMs: number;
  /** The next wave begins only when somebody promotes. */
  readonly approval: boolean;
}

/** What a measurement must show. */
export interface Check {
  readonly name: string;
  /** What devices read off themselves, by that name; null: the result of the query that has the check's name. */
  readonly reading: string | null;
  readonly min?: number;
  readonly max?: number;
}

/** What has to hold before the next wave begins. */
export interface Gate {
  /** Time between measurements, and from the moment all devices of the wave run the revision to the first. */
  readonly intervalMs: number;
  /** What devices must have measured together under the revision, before it counts. */
  readonly minSamples: number;
  /** Measurements in a row that must pass. */
  readonly passes: number;
  /** Failed measurements that are forgiven. */
  readonly failureLimit: number;
  /** After so long without a verdict somebody has to look: nothing moves either way. */
  readonly deadlineMs: number;
  /** Without any, a wave passes as soon as its devices run the revision. */
  readonly checks: readonly Check[];
}

/** How a policy's revisions reach its devices. After the last wave comes one for all that are left. */
export interface Plan {
  readonly waves: readonly Wave[];
  readonly gate: Gate;
  /** When the gate fails: back to the last good revision, or nothing moves until somebody decides. */
  readonly onFailure: "rollback" | "pause";
  /** No device gets a revision that it does not have; going back is never held up. */
  readonly paused: boolean;
}
