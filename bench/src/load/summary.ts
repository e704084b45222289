import { mean } from "../statistics.ts";
import { slotMs } from "./ledger.ts";
import { lostShare, type Trial } from "./trial.ts";
import { nameOf, type Way } from "./ways.ts";

/** Trials of one way, one for each seed. */
export interface Tried {
  readonly way: Way;
  readonly trials: readonly Trial[];
}

const minuteMs = 60_000;

/** Over all seeds: means, and the worst and best share of lost requests. */
export function summaryOf({ way, trials }: Tried) {
  const of = (value: (trial: Trial) => number) => mean(trials.map(value));
  const shares = trials.map(lostShare);
  return {
    name: nameOf(way),
    lost: mean(shares),
    lostRange: [Math.min(...shares), Math.max(...shares)] as const,
    podMinutes: of(({ podMs }) => podMs / minuteMs),
    waitMeanMs: of(({ waitMs }) => waitMs.mean),
    waitP95Ms: of(({ waitMs }) => waitMs.p95),
    most: of(({ slots }) => Math.max(...slots.map(({ replicas }) => replicas))),
  };
}
export type Summary = ReturnType<typeof summaryOf>;

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const head = ["", "not answered in time", "replica minutes", "wait, mean", "wait, p95", "most replicas"];

/** The ways as a Markdown table. */
export function table(summaries: readonly Summary[]): string {
  const rows = summaries.map((each) =>
    row([
      each.name,
      `${percent(each.lost)} (${percent(each.lostRange[0])} to ${percent(each.lostRange[1])})`,
      each.podMinutes.toFixed(0),
      `${each.waitMeanMs.toFixed(0)} ms`,
      `${each.waitP95Ms.toFixed(0)} ms`,
      each.most.toFixed(1),
    ]),
  );
  return `${[row(head), row(head.map(() => "---")), ...rows].join("\n")}\n`;
}

/** The timeline of one way, each slot the mean over the seeds; a wait is absent where nothing was computed. */
export function timelineOf({ trials }: Tried) {
  return trials[0]!.slots.map((_, i) => {
    const slots = trials.map((trial) => trial.slots[i]!);
    const total = (field: keyof (typeof slots)[number]) => slots.reduce((sum, slot) => sum + slot[field], 0);
    return {
      atMs: (i + 0.5) * slotMs,
      replicas: total("replicas") / slots.length,
      waitMs: total("waits") === 0 ? undefined : total("waitedMs") / total("waits"),
      lost: total("asked") === 0 ? undefined : total("lost") / total("asked"),
    };
  });
}
