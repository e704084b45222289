import { seededPrng } from "@sluice/foundation";
import { describe, expect, test } from "vitest";
import { Agenda } from "./agenda.ts";
import { type Costs, Dice, Replayed } from "./costs.ts";
import { slotMs } from "./ledger.ts";
import { arrivals, loadAt, type Phase } from "./profile.ts";
import { lostShare, seedsOf, tryOnce, type World } from "./trial.ts";
import type { Way } from "./ways.ts";

const serviceMs = 40;
const minuteMs = 60_000;
const costs: Costs = { decodeMs: [0], computeMs: new Map([[1, [serviceMs]]]), cpuShare: 1, startMs: 1_000 };
const setting = { min: 1, max: 12, cooldownMs: 2 * minuteMs, scrapeMs: 5_000, syncMs: 15_000, reactMs: 5_000 };
const world = (minutes: number): World => ({
  costs,
  batching: { maxSize: 4, maxDelay: 5, maxQueue: 64 },
  setting,
  patienceMs: 800,
  endMs: minutes * minuteMs,
});
const level = (minutes: number, load: number): Phase => ({ name: "level", minutes, from: load, to: load });

test("what is planned happens in the order of time, and what is planned for the same time in order of planning", () => {
  const agenda = new Agenda();
  const seen: string[] = [];
  const note = (word: string) => () => void seen.push(`${word} ${agenda.nowMs}`);
  agenda.at(20, note("b"));
  agenda.at(10, note("a"));
  agenda.at(20, note("c"));
  agenda.every(8, 5, note("tick"));
  agenda.at(10, () => agenda.at(3, note("late")));
  agenda.run(21);
  expect(seen).toEqual(["tick 5", "a 10", "late 10", "tick 13", "b 20", "c 20", "tick 21"]);
});

describe("a course of a load", () => {
  const phases = [level(20, 1), { name: "rise", minutes: 20, from: 1, to: 3 }, level(1, 0)];

  test("is what it says at each time", () => {
    expect([0, 25, 30, 40, 60].map((minute) => loadAt(phases, minute * minuteMs))).toEqual([1, 1.5, 2, 0, 0]);
  });

  test("brings as many requests as keep so many replicas busy", () => {
    const times = arrivals(phases, serviceMs, seededPrng(3));
    const within = (from: number, to: number) => times.filter((at) => at >= from * minuteMs && at < to * minuteMs);
    expect((within(0, 20).length * serviceMs) / (20 * minuteMs)).toBeCloseTo(1, 1);
    expect((within(20, 40).length * serviceMs) / (20 * minuteMs)).toBeCloseTo(2, 1);
    expect(within(40, 90)).toEqual([]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

test("batches of a size that was never run cost in proportion to the nearest smaller one", () => {
  const dice = new Dice(
    {
      ...costs,
      computeMs: new Map([
        [1, [40]],
        [2, [60]],
      ]),
    },
    seededPrng(1),
  );
  expect([1, 2, 3, 4].map((size) => dice.computeMs(size))).toEqual([40, 60, 90, 120]);
});

test("costs that are replayed are those of the same time, and beyond the last one its own", () => {
  const served = [
    { atMs: 100, batch: 2, decodeMs: 5, computeMs: 60 },
    { atMs: 0, batch: 1, decodeMs: 3, computeMs: 10 },
  ];
  const at = (nowMs: number) => new Replayed(served, () => nowMs);
  expect([40, 60, 900].map((nowMs) => at(nowMs).computeMs(2))).toEqual([20, 60, 60]);
  expect(at(40).decodeMs(2)).toEqual([3, 3]);
});

test("requests wait at one replica as long as Pollaczek and Khinchine say", () => {
  const minutes = 120;
  for (const load of [0.4, 0.7]) {
    const lone = { ...world(minutes), batching: { maxSize: 1, maxDelay: 0, maxQueue: 10_000 }, patienceMs: 60_000 };
    const { load: prng, rest } = seedsOf(1);
    const trial = tryOnce(
      { kind: "fixed", replicas: 1 },
      lone,
      arrivals([level(minutes, load)], serviceMs, prng),
      rest,
    );
    const expectedMs = ((load / (1 - load)) * serviceMs) / 2;
    expect(Math.abs(trial.waitMs.mean / expectedMs - 1)).toBeLessThan(0.08);
  }
});

function run(way: Way, phases: readonly Phase[], seed = 1) {
  const minutes = phases.reduce((sum, phase) => sum + phase.minutes, 0);
  const { load, rest } = seedsOf(seed);
  const times = arrivals(phases, serviceMs, load);
  const trial = tryOnce(way, world(minutes), times, rest);
  return {
    times,
    trial,
    replicasAt: (minute: number) => trial.slots[Math.floor((minute * minuteMs) / slotMs)]!.replicas,
  };
}

describe("a trial", () => {
  const ways: Way[] = [
    { kind: "fixed", replicas: 3 },
    { kind: "need", targetDelayMs: 50 },
    { kind: "cpu", target: 0.5 },
  ];

  test.each(ways)("accounts for every request that had the time to end: $kind", (way) => {
    const { times, trial } = run(way, [level(3, 2), level(1, 0)]);
    expect(Object.values(trial.ends).reduce((sum, count) => sum + count, 0)).toBe(times.length);
    expect(trial.slots.reduce((sum, slot) => sum + slot.asked, 0)).toBe(times.length);
    expect(trial.slots.reduce((sum, slot) => sum + slot.lost, 0)).toBe(times.length - trial.ends.answered);
  });

  test("a fixed fleet costs its time, loses nothing while it suffices, and what it cannot do when it does not", () => {
    const enough = run({ kind: "fixed", replicas: 6 }, [level(5, 3)]).trial;
    expect(enough.podMs).toBe(6 * 5 * minuteMs);
    expect(lostShare(enough)).toBeLessThan(0.002);
    expect(lostShare(run({ kind: "fixed", replicas: 2 }, [level(5, 4)]).trial)).toBeCloseTo(0.5, 1);
  });

  test.each(ways.slice(1))("replicas come within a minute of a load and go after the cooldown: $kind", (way) => {
    const { trial, replicasAt } = run(way, [level(2, 0.2), level(4, 3), level(6, 0)]);
    expect(replicasAt(1.9)).toBe(1);
    expect(replicasAt(3.2)).toBeGreaterThanOrEqual(4);
    expect(replicasAt(6)).toBeGreaterThanOrEqual(5);
    expect(replicasAt(7.5)).toBe(replicasAt(6));
    expect(replicasAt(10.5)).toBe(1);
    expect(trial.podMs).toBeLessThan(12 * 8 * minuteMs);
  });
});
