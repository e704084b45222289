import type { Contender, OffloadSpec } from "@sluice/contracts";
import { curveOf, type Point } from "./curve.ts";
import { Experiment, type Progress, type Setting } from "./experiment.ts";
import { type Figures, figuresOf, type Scored, type Stretch, totalOf, worstStretch } from "./figures.ts";
import type { Hindsight } from "./optimum.ts";
import type { Budget } from "./policy.ts";
import type { Run } from "./run.ts";
import type { Best } from "./schedule.ts";
import { scoredAlways, scoredNever, scoredRun } from "./scored.ts";
import type { Trace } from "./trace.ts";

export interface TrialOptions extends Setting {
  /** Instead of the policy's own. */
  readonly budget?: Budget;
  readonly compare: readonly Contender[];
  /** Whether to look for the clairvoyant optima. */
  readonly optima: boolean;
  /** Whether to try other budgets, too. */
  readonly curve: boolean;
  readonly progress?: Progress;
}

/** A clairvoyant's figures; no schedule within the budget scores above `bound`. */
export interface Optimum {
  readonly sent: number;
  readonly bytes: number;
  readonly share: number;
  readonly score: number;
  readonly bound: number;
}

/** How one stream, or all of them, fared. */
export interface Outcome {
  readonly policy: Figures;
  /** The edge model alone. */
  readonly never: Figures;
  /** The cloud model on every frame. */
  readonly always: Figures;
  readonly compare: Readonly<Partial<Record<Contender, Figures>>>;
  readonly optima?: Readonly<Record<keyof Hindsight, Optimum>>;
}

export interface Trial {
  readonly own: Contender;
  readonly spec: OffloadSpec;
  readonly run: Run;
  readonly all: Outcome;
  readonly streams: readonly (Outcome & { readonly worst: Stretch })[];
  readonly curve: readonly Point[];
}

/** Tries a policy on a trace beside its rivals, its optima, and under other budgets. */
export function tryPolicy(trace: Trace, options: TrialOptions): Trial {
  const { budget, compare, optima, progress = () => {} } = options;
  const experiment = new Experiment(trace, options, progress);
  const run = experiment.run(budget);
  const spec = experiment.spec(budget);
  const best = optima ? experiment.bestWithin(budget, () => run) : undefined;
  const ways = {
    policy: scoredRun(trace, run),
    never: scoredNever(trace),
    always: scoredAlways(trace),
    compare: compare.map((by) => [by, scoredRun(trace, experiment.run(budget, by))] as const),
  };
  const outcome = (pick: (scored: readonly Scored[]) => readonly Scored[], stream?: number): Outcome => ({
    policy: figuresOf(pick(ways.policy)),
    never: figuresOf(pick(ways.never)),
    always: figuresOf(pick(ways.always)),
    compare: Object.fromEntries(ways.compare.map(([by, scored]) => [by, figuresOf(pick(scored))])),
    ...(best && { optima: optimaOf(best, pick(ways.policy), stream) }),
  });
  return {
    own: experiment.own,
    spec,
    run,
    all: outcome((scored) => scored),
    streams: ways.policy.map((scored, i) => ({ ...outcome((each) => [each[i]!], i), worst: worstStretch(scored) })),
    curve: options.curve ? curveOf(experiment, options, () => run) : [],
  };
}

function optimaOf(best: Record<keyof Hindsight, Best>, scored: readonly Scored[], stream?: number) {
  const of = ({ schedules, leastLoss, loss }: Best): Optimum => {
    const own = stream === undefined ? schedules : [schedules[stream]!];
    const { frames, bytesOfAll } = totalOf(scored);
    const lost = own.reduce((sum, each) => sum + each.loss, 0);
    const bytes = own.reduce((sum, each) => sum + each.bytes, 0);
    // How a bound of all divides among streams nobody knows.
    const least = stream === undefined || schedules.length === 1 ? lost - (loss - leastLoss) : lost;
    return {
      sent: own.reduce((sum, { sends }) => sum + sends.length, 0),
      bytes,
      share: bytes / Math.max(1, bytesOfAll),
      score: 1 - lost / Math.max(1, frames),
      bound: 1 - least / Math.max(1, frames),
    };
  };
  return { O1: of(best.O1), O3: of(best.O3) };
}
