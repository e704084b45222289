import { type Axis, plot, type Series } from "./plot.ts";
import { lengthMs, loadAt, type Phase } from "./profile.ts";
import { type Summary, summaryOf, type Tried, timelineOf } from "./summary.ts";

const minuteMs = 60_000;
/** Drawn at the foot of a scale that has no zero. */
const leastShare = 1e-4;

const shares: Axis = {
  label: "Not answered in time",
  ticks: [leastShare, 0.001, 0.01, 0.1, 1],
  text: (share) => (share === leastShare ? "none" : `${Number((100 * share).toPrecision(1))} %`),
  logarithmic: true,
};

/** Load and replicas, waits, and what was lost, over time; each line the mean over the seeds. */
export function timeline(course: readonly Phase[], tried: readonly (Tried & { tone: Series["tone"] })[]): string {
  const minutes = lengthMs(course) / minuteMs;
  const x: Axis = {
    label: "minutes",
    ticks: Array.from({ length: Math.floor(minutes / 5) + 1 }, (_, i) => 5 * i),
    text: String,
  };
  const load: Series = {
    name: "load: replicas kept busy",
    tone: "ground",
    points: Array.from({ length: 12 * minutes }, (_, i) => [i / 12, loadAt(course, (i * minuteMs) / 12)]),
  };
  const lines = (of: (slot: ReturnType<typeof timelineOf>[number]) => number | undefined): Series[] =>
    tried.map(({ tone, ...each }) => ({
      name: summaryOf(each).name,
      tone,
      points: timelineOf(each).map((slot) => {
        const value = of(slot);
        return value === undefined ? undefined : ([slot.atMs / minuteMs, value] as const);
      }),
    }));
  const waits: Axis = { label: "Mean wait", ticks: [1, 10, 100, 1_000], text: (ms) => `${ms} ms`, logarithmic: true };
  const counts: Axis = { label: "Replicas", ticks: [0, 2, 4, 6, 8, 10], text: String };
  return plot("A burst, a plateau and silence: replicas, waits and what was lost", [
    { x, y: counts, height: 210, series: [load, ...lines(({ replicas }) => replicas)] },
    { x, y: waits, height: 170, series: lines(({ waitMs }) => waitMs) },
    { x, y: shares, height: 170, series: lines(({ lost }) => lost) },
  ]);
}

/** What is lost against what is paid for: below and to the left is better. */
export function trade(
  families: readonly { name: string; tone: Series["tone"]; summaries: readonly Summary[] }[],
): string {
  const most = Math.max(...families.flatMap(({ summaries }) => summaries.map(({ podMinutes }) => podMinutes)));
  const x: Axis = {
    label: "replica minutes",
    ticks: Array.from({ length: Math.ceil(most / 50) + 1 }, (_, i) => 50 * i),
    text: String,
  };
  const series = families.map(({ name, tone, summaries }): Series => {
    const marks = summaries.map((each) => each.name.split(", ").at(-1)!);
    return {
      name,
      tone,
      marks,
      ...(tone === "own" && { below: true }),
      points: summaries.map(({ podMinutes, lost }) => [podMinutes, lost]),
    };
  });
  return plot("Requests that were not answered in time, against replica minutes", [
    { x, y: shares, height: 360, series },
  ]);
}
