import type { Contender } from "@sluice/contracts";
import type { Experiment } from "./experiment.ts";
import { type Scored, totalOf } from "./figures.ts";
import type { Hindsight } from "./optimum.ts";
import type { Budget } from "./policy.ts";
import type { Run } from "./run.ts";
import type { Best } from "./schedule.ts";
import { scoredAlways, scoredRun } from "./scored.ts";
import { bytesOfAll, secondsOf, type Trace } from "./trace.ts";

/** One way to decide under one budget. */
export interface Point {
  readonly by: Contender | keyof Hindsight;
  /** Share of always-offload that was allowed, and that was taken. */
  readonly budget: number;
  readonly share: number;
  readonly score: number;
  readonly streams: readonly { readonly share: number; readonly score: number }[];
}

export interface CurveOptions {
  readonly budget?: Budget;
  readonly compare: readonly Contender[];
  readonly optima: boolean;
  readonly progress?: (step: string, done: number, total: number) => void;
}

/** Budgets of a curve, as shares of always-offload; the one under trial comes on top. */
const curveShares = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5];

/** Tries the policy and its rivals under other budgets. Optima look back on `ran`, whatever the budget. */
export function curveOf(experiment: Experiment, options: CurveOptions, ran: () => Run): Point[] {
  const { trace, own } = experiment;
  const ownShare = (experiment.spec(options.budget).budget.rate * secondsOf(trace)) / bytesOfAll(trace);
  const shares = [...new Set([...curveShares, ownShare])].filter((share) => share <= 1).toSorted((a, b) => a - b);
  const contenders = [...new Set([own, ...options.compare])];
  let done = 0;
  return shares.flatMap((share) => {
    const budget = share === ownShare ? options.budget : { share };
    const points = contenders.map((by) => pointOf(by, share, scoredRun(trace, experiment.run(budget, by))));
    options.progress?.("other budgets", ++done, shares.length);
    if (!options.optima) return points;
    const { O1, O3 } = experiment.bestWithin(budget, ran);
    return [...points, pointOf("O1", share, foreseen(trace, O1)), pointOf("O3", share, foreseen(trace, O3))];
  });
}

function pointOf(by: Point["by"], budget: number, scored: readonly Scored[]): Point {
  const { share, score } = totalOf(scored);
  const streams = scored.map((each) => totalOf([each])).map((total) => ({ share: total.share, score: total.score }));
  return { by, budget, share, score, streams };
}

/** A schedule's mean score, as if every frame had it. */
const foreseen = (trace: Trace, { schedules }: Best): Scored[] =>
  scoredAlways(trace).map((all, i) => {
    const { loss, bytes, sends } = schedules[i]!;
    return { ...all, scores: all.scores.map(() => 1 - loss / all.scores.length), bytes, sent: sends.length };
  });
