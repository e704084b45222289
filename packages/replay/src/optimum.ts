import { bestExact } from "./best-exact.ts";
import { bestPriced } from "./best-priced.ts";
import { type Losses, lossesAlone, lossesCarried } from "./losses.ts";
import type { Run } from "./run.ts";
import type { Best } from "./schedule.ts";
import type { Trace } from "./trace.ts";

/**
 * What a clairvoyant chooses from: `O1` uses each answer for its own frame only, `O3` carries it forward with the
 * product's own fusion. By stream.
 */
export interface Hindsight {
  readonly O1: readonly Losses[];
  readonly O3: readonly Losses[];
}

/**
 * Looks back on a run: what each send at each of `rungs` would have been worth, fusion's rates frozen at those of the
 * run's end. `tick` is called for each frame. Takes a step of fusion for each pair of frames of a stream that are no further
 * apart than `longest`: beyond it a correction counts as forgotten, which only lowers the optimum.
 */
export function hindsight(
  trace: Trace,
  { beliefs }: Run,
  rungs: readonly number[],
  tick?: () => void,
  longest = Number.POSITIVE_INFINITY,
): Hindsight {
  const streams = [...trace.header.streams.keys()];
  return {
    O1: streams.map((stream) => lossesAlone(trace, stream, rungs)),
    O3: streams.map((stream) => lossesCarried(trace, stream, rungs, beliefs[stream]!, tick, longest)),
  };
}

/** The best schedules of all streams under one budget: exactly where that can be had, else with a bound beside it. */
export const best = (losses: readonly Losses[], budgetBytes: number): Best =>
  bestExact(losses, budgetBytes) ?? bestPriced(losses, budgetBytes);
