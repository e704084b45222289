import type { Labels } from "./selector.ts";

/** A measured mean with the standard error that it has; `samples` is what it rests on. */
export interface Reading {
  readonly samples: number;
  readonly mean: number;
  readonly error: number;
}

/** What is known of a device that the policy selects. Null is unknown, or none. */
export interface Device {
  readonly name: string;
  readonly labels: Labels;
  /** Heard of late. */
  readonly online: boolean;
  /** The revision that it was told last: what its document in the bucket says. */
  readonly told: string | null;
  /** The revision that it runs, by its own word. */
  readonly applied: string | null;
  /** The revision that it would not take, and why; it goes on with its last good one. */
  readonly refused: { readonly revision: string; readonly reason: string } | null;
  /** What it measured since it runs `applied`, by metric. */
  readonly readings: Readonly<Record<string, Reading>>;
}

/** What people ask for beside the specification; each names what it means, so that it can be asked twice. */
export interface Requests {
  /** Go on past the gate and the pause of this wave, or of all waves, of this revision. */
  readonly promote: { readonly revision: string; readonly wave: number | "all" } | null;
  /** Give this revision up. */
  readonly abort: string | null;
  /** Begin anew when this token is another than last time. */
  readonly restart: string | null;
}

export const noRequests: Requests = { promote: null, abort: null, restart: null };
