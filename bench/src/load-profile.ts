import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inferenceBackendSchema } from "@sluice/contracts";
import { repoRoot } from "@sluice/testkit";
import type { Context } from "./context.ts";
import { patienceMs as realPatienceMs } from "./load/asker.ts";
import { Replayed, serviceMsOf } from "./load/costs.ts";
import { timeline, trade } from "./load/drawings.ts";
import { arrivals, course, lengthMs } from "./load/profile.ts";
import { type Summary, summaryOf, type Tried, table } from "./load/summary.ts";
import { seedsOf, tryOnce, type World } from "./load/trial.ts";
import { maxQueue, type Watched, watchReplica } from "./load/watched.ts";
import type { Way } from "./load/ways.ts";
import { describe } from "./material.ts";
import type { Findings, Measure } from "./measure.ts";
import { mean, quantile } from "./statistics.ts";

/** What a real replica is asked, to learn what requests cost and to hold the simulation against it. */
const steady = { load: 0.6, minutes: 1 };
/** Of the second that devices wait for an answer, what is left when a request arrives. */
const patienceMs = 800;
/** The chart's `podMonitor.interval`, and the autoscaler's default. */
const delays = { scrapeMs: 15_000, syncMs: 15_000, reactMs: 5_000 };
const most = 10;

const families = {
  need: [20, 50, 100, 200].map((targetDelayMs): Way => ({ kind: "need", targetDelayMs })),
  cpu: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((target): Way => ({ kind: "cpu", target })),
  fixed: [2, 3, 4, 5, 6, 7, 8].map((replicas): Way => ({ kind: "fixed", replicas })),
} as const;
type Family = keyof typeof families;

const folder = join(repoRoot, ".sluice/bench");

/**
 * A burst, a plateau and silence in simulated time, with as many replicas as Sluice says are needed, as a CPU metric
 * asks for, and as were there from the start. Costs are those of a real replica, which is asked first.
 */
export async function loadProfile({ scale: { seeds }, material }: Context): Promise<Findings> {
  const watched = await watchReplica(material, steady.load, steady.minutes);
  const { world, times } = profileOf(watched);
  const tried = (family: Family) => families[family].map((way) => tryAll(way, world, times, seeds));
  const found = { need: tried("need"), cpu: tried("cpu"), fixed: tried("fixed") };
  await write(found);
  const summaries = (family: Family) => found[family].map(summaryOf);
  return {
    setting: { ...(await describe(material, "cloudModel")), seeds, ...settingOf(watched) },
    measures: [...agreement(watched), ...measuresOf(summaries("need"), summaries("cpu"), summaries("fixed"))],
  };
}

/** Each seed brings the same requests to all ways. */
function profileOf({ costs }: Watched): { world: World; times: (seed: number) => number[] } {
  const { spec } = inferenceBackendSchema.parse({
    apiVersion: "sluice.dev/v1alpha1",
    kind: "InferenceBackend",
    metadata: { name: "backend" },
    spec: { modelRef: { name: "model" }, scaling: { max: most } },
  });
  const { min, max, cooldown: cooldownMs } = spec.scaling;
  const setting = { min, max, cooldownMs, ...delays };
  const world = { costs, batching: spec.batching, setting, patienceMs, endMs: lengthMs(course) };
  const serviceMs = serviceMsOf(costs);
  return { world, times: (seed) => arrivals(course, serviceMs, seedsOf(seed).load) };
}

function tryAll(way: Way, world: World, times: (seed: number) => number[], seeds: number): Tried {
  const trials = Array.from({ length: seeds }, (_, seed) => tryOnce(way, world, times(seed), seedsOf(seed).rest));
  return { way, trials };
}

/** One replica, given the requests and the costs of the real one. */
function agreement(watched: Watched): Measure[] {
  const { sentMs, served, waitsMs } = watched;
  const { world } = profileOf(watched);
  const alike: World = {
    ...world,
    batching: { ...world.batching, maxQueue },
    drawsAt: (nowMs) => new Replayed(served, nowMs),
    patienceMs: realPatienceMs,
    endMs: sentMs.at(-1)! + realPatienceMs,
  };
  const { waitMs } = tryOnce({ kind: "fixed", replicas: 1 }, alike, sentMs, seedsOf(0).rest);
  return [
    { name: "one replica, mean wait: real", value: mean(waitsMs), unit: "ms" },
    { name: "one replica, mean wait: simulated", value: waitMs.mean, unit: "ms" },
    { name: "one replica, p95 wait: real", value: quantile(waitsMs, 0.95), unit: "ms" },
    { name: "one replica, p95 wait: simulated", value: waitMs.p95, unit: "ms" },
  ];
}

const settingOf = ({ costs, sentMs }: Watched) => ({
  requests: sentMs.length,
  service: `${serviceMsOf(costs).toFixed(1)} ms`,
  "processor share": costs.cpuShare.toFixed(2),
  start: `${(costs.startMs / 1_000).toFixed(1)} s`,
  course: course
    .map(({ name, minutes, from, to }) => `${name} ${minutes} min at ${from === to ? to : `${from} to ${to}`}`)
    .join("; "),
});

/** Each way as it comes: Sluice's default, a CPU target as many choose it, a fleet for the plateau. */
function measuresOf(...summaries: readonly (readonly Summary[])[]): Measure[] {
  const shown = ["need, 50 ms", "CPU, 50 %", "CPU, 70 %", "fixed, 4", "fixed, 6"];
  return summaries
    .flat()
    .filter(({ name }) => shown.includes(name))
    .flatMap(({ name, lost, podMinutes }) => [
      { name: `${name}: not answered in time`, value: 100 * lost, unit: "%" },
      { name: `${name}: replicas`, value: podMinutes, unit: "min" },
    ]);
}

/** For docs/explanation/autoscaling.md. */
async function write({ need, cpu, fixed }: Readonly<Record<Family, readonly Tried[]>>): Promise<void> {
  const [own, rival, plain] = [need[1]!, cpu[4]!, fixed[4]!];
  await mkdir(folder, { recursive: true });
  const shown = [
    { name: "Sluice, by target delay", tone: "own", summaries: need.map(summaryOf) },
    { name: "CPU, by target", tone: "rival", summaries: cpu.map(summaryOf) },
    { name: "fixed, by replicas", tone: "plain", summaries: fixed.map(summaryOf) },
  ] as const;
  const files = {
    "load-profile.md": table(shown.flatMap(({ summaries }) => summaries)),
    "load-profile.svg": timeline(course, [
      { ...own, tone: "own" },
      { ...rival, tone: "rival" },
      { ...plain, tone: "plain" },
    ]),
    "load-trade.svg": trade(shown),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}
