import { type ReplaySummary, replayFormat, replayVersion } from "@sluice/contracts";
import { formatRate } from "@sluice/foundation";
import type { Figures } from "./figures.ts";
import type { Replayed } from "./run.ts";
import { bytesOfAll, secondsOf, type Trace } from "./trace.ts";
import type { Optimum, Outcome, Trial } from "./trial.ts";

/** What `summary.json` holds. */
export function summarise(
  trace: Trace,
  trial: Trial,
  about: { trace: string; policyName: string; seed: number; rttMs: number; network: string | null },
): ReplaySummary {
  const { header, frames } = trace;
  const { spec, own, run } = trial;
  const rate = spec.budget.rate;
  return {
    format: replayFormat,
    version: replayVersion,
    trace: about.trace,
    task: header.task,
    edge: header.edge.model,
    cloud: header.cloud.model,
    reference: frames.some(({ truth }) => truth) ? (frames.every(({ truth }) => truth) ? "truth" : "mixed") : "cloud",
    seconds: rounded(secondsOf(trace)),
    policy: own,
    policyName: about.policyName,
    seed: about.seed,
    rungs: spec.payload.rungs.map(({ name }) => name),
    budget: {
      bytesPerSecond: rounded(rate),
      rate: formatRate(rate),
      burstBytes: spec.budget.burst,
      share: rounded((rate * secondsOf(trace)) / bytesOfAll(trace)),
    },
    road: { network: about.network, rttMs: about.rttMs, deadlineMs: spec.delivery.deadline },
    all: { ...outcomeOf(trial.all), replies: repliesOf(run.frames, spec.delivery.deadline) },
    streams: trial.streams.map((outcome, i) => ({
      name: header.streams[i]!.name,
      ...outcomeOf(outcome),
      replies: repliesOf(
        run.frames.filter(({ frame }) => frame.stream === i),
        spec.delivery.deadline,
      ),
      worst: { ...outcome.worst, score: rounded(outcome.worst.score) },
    })),
    curve: trial.curve.map((point) => ({
      ...point,
      budget: rounded(point.budget),
      share: rounded(point.share),
      score: rounded(point.score),
      streams: point.streams.map(({ share, score }) => ({ share: rounded(share), score: rounded(score) })),
    })),
  };
}

function outcomeOf({ policy, never, always, compare, optima }: Outcome) {
  const entries = Object.entries(compare).map(([name, figures]) => [name, shownFigures(figures)] as const);
  return {
    ...shownFigures(policy),
    never: shownFigures(never),
    always: shownFigures(always),
    compare: Object.fromEntries(entries),
    optima: optima ? { O1: shownOptimum(optima.O1), O3: shownOptimum(optima.O3) } : null,
    RG: optima
      ? { O1: gain(policy.score, never.score, optima.O1.bound), O3: gain(policy.score, never.score, optima.O3.bound) }
      : null,
  };
}

const shownFigures = ({ share, score, interval: [low, high], ...rest }: Figures) => ({
  ...rest,
  share: rounded(share),
  score: rounded(score),
  interval: [rounded(low), rounded(high)] as [number, number],
});

const shownOptimum = ({ share, score, bound, ...rest }: Optimum) => ({
  ...rest,
  share: rounded(share),
  score: rounded(score),
  bound: rounded(bound),
});

/** (A − A_never) / (A_optimal − A_never), or null where there is nothing to gain. The optimum is taken at its bound. */
function gain(score: number, never: number, optimal: number): number | null {
  return optimal - never > 1e-9 ? rounded((score - never) / (optimal - never)) : null;
}

/** How replies came: in time, late, not at all; and how old they were then, seconds. */
function repliesOf(frames: readonly Replayed[], deadlineMs: number) {
  const sent = frames.filter(({ action }) => action === "send");
  const ages = sent
    .flatMap(({ arrivedAt, frame }) => (arrivedAt === undefined ? [] : [arrivedAt - frame.t]))
    .toSorted((a, b) => a - b);
  const inTime = ages.filter((age) => age * 1_000 <= deadlineMs + 1e-6).length;
  const quantile = (q: number) =>
    ages.length === 0 ? null : rounded(ages[Math.ceil(q * ages.length) - 1] ?? ages[0]!);
  return {
    inTime,
    late: ages.length - inTime,
    lost: sent.length - ages.length,
    ageP50: quantile(0.5),
    ageP95: quantile(0.95),
  };
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
