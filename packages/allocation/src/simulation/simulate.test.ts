import { describe, expect, test } from "vitest";
import { simulate } from "./simulate.builder.ts";
import type { Bugs } from "./surroundings.builder.ts";

/** `SIMULATE_SEED=100 SIMULATE_STEPS=20000000 make simulate` runs other histories, or longer. */
const seed = Number(process.env.SIMULATE_SEED ?? 1);
const steps = Number(process.env.SIMULATE_STEPS ?? 1_000_000);
const stepsOfHistory = 50_000;
const seeds = Array.from({ length: Math.ceil(steps / stepsOfHistory) }, (_, i) => seed + i);

test(`${steps} steps of faults break no law, and fleets recover from them`, {
  timeout: Math.max(120_000, steps),
}, () => {
  const histories = seeds.map((each) => simulate(each, stepsOfHistory));
  expect(histories.reduce((sum, history) => sum + history.steps, 0)).toBeGreaterThanOrEqual(steps);
  // The law would hold of a fleet that gets nothing, too.
  expect(Math.max(...histories.map(({ fullest }) => fullest))).toBe(1);
  for (const { seed: each, recovered } of histories)
    expect([each, recovered > 0.95 && recovered < 1.01]).toEqual([each, true]);
});

test("a history is told by its seed alone", () => {
  expect(simulate(3, 20_000)).toEqual(simulate(3, 20_000));
});

/** Each is a way in which such a protocol is easily got wrong, and the law that it breaks. */
const bugs: Record<string, { bugs?: Bugs; clocksOff?: number; breaks: RegExp }> = {
  "a lease that counts from its arrival": {
    bugs: { received: (lease, nowMs) => ({ ...lease, ttlMs: Math.ceil(nowMs - lease.answers.sentMs) + lease.ttlMs }) },
    // Who goes on too long is also caught by its own count.
    breaks: /B\/s held|more bytes than its leases allowed/,
  },
  "a device that acknowledges what is not on its disk": { bugs: { acknowledgesUnsaved: true }, breaks: /B\/s held/ },
  "an operator that goes on without a mandate": { bugs: { neverLosesItsMandate: true }, breaks: /B\/s held/ },
  "a term without its quiet time": { bugs: { neverQuiet: true }, breaks: /B\/s held/ },
  "clocks worse than promised": { clocksOff: 0.2, breaks: /B\/s held|bytes sent/ },
  "records that forget which counters were counted": {
    bugs: { recovered: (records) => records.map((record) => ({ ...record, usage: { ...record.usage, meters: [] } })) },
    breaks: /bytes counted of/,
  },
  "records and revisions without the floors that are owed": {
    bugs: {
      recovered: (records) => records.map((record) => ({ ...record, owedFloorBytesPerSecond: 0 })),
      edited: (fleet) => ({ ...fleet, members: fleet.members.map((member) => ({ ...member, formerFloor: 0 })) }),
    },
    breaks: /B\/s held/,
  },
};

describe("a planted bug is found:", () => {
  test.each(Object.entries(bugs))("%s", (_, { bugs: planted = {}, clocksOff, breaks }) => {
    const histories = Array.from({ length: 60 }, (__, i) => i + 1);
    expect(() => histories.forEach((each) => simulate(each, stepsOfHistory, planted, clocksOff))).toThrow(breaks);
  });
});
