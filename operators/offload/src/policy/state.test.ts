import { offloadPolicySpecSchema } from "@sluice/contracts";
import { advance, noRequests, type RolloutState, report } from "@sluice/rollout";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { planOf } from "./plan.ts";
import { isSound, readState, writeState } from "./state.ts";

const waves = [
  { name: "first", count: 1, pause: "5m" },
  { name: "half", percent: 50, approval: true },
  { name: "lab", selector: { matchLabels: { site: "lab" } } },
];
const metrics = [{ name: "quality", measure: "agreement" as const, min: "0.7" }];
const plan = planOf(offloadPolicySpecSchema.parse({ rollout: { waves }, gate: { metrics } }));

const time = fc.option(fc.integer({ min: 1.6e12, max: 2e12 }));
const count = fc.nat(1_000);
const failure = fc.record({
  metric: fc.constant("quality"),
  value: fc.string(),
  bound: fc.string(),
  devices: fc.array(fc.string(), { maxLength: 5 }),
  deviceCount: count,
});
const rolling: fc.Arbitrary<RolloutState> = fc.record({
  stable: fc.option(fc.constant("p-1")),
  target: fc.constant("p-2"),
  phase: fc.constantFrom(
    "rolling" as const,
    "held" as const,
    "complete" as const,
    "rolled-back" as const,
    "aborted" as const,
  ),
  wave: fc.nat(3),
  begunMs: time,
  reach: fc.option(count),
  settledMs: time,
  measuredMs: time,
  passes: count,
  failures: count,
  passedMs: time,
  failure: fc.option(failure),
  restart: fc.option(fc.string({ minLength: 1 })),
});

test("what is stored of a rollout is all of it", () => {
  fc.assert(
    fc.property(rolling, (state) => {
      const input = {
        plan,
        state,
        target: "p-2",
        same: () => false,
        devices: [],
        queries: {},
        requests: noRequests,
        nowMs: 0,
      };
      const fields = writeState(state, plan, report(state, input));
      const stored = JSON.parse(JSON.stringify(fields));
      expect(readState(stored)).toEqual(state);
      expect(isSound(stored)).toBe(true);
      expect(isSound({ ...stored, currentRevision: "p-9" })).toBe(false);
    }),
  );
});

test("no status, or one without a rollout, is the beginning", () => {
  expect(readState(undefined)).toBeNull();
  expect(readState({ currentRevision: "p-1" })).toBeNull();
});

test("a policy's waves and gate become a plan", () => {
  expect(plan.waves.map(({ name, pauseMs, approval }) => [name, pauseMs, approval])).toEqual([
    ["first", 300_000, false],
    ["half", 0, true],
    ["lab", 0, false],
  ]);
  expect(plan.gate).toMatchObject({
    intervalMs: 60_000,
    checks: [{ name: "quality", reading: "agreement", min: 0.7 }],
  });
  const fresh = {
    plan,
    state: null,
    target: "p-1",
    same: () => false,
    devices: [],
    queries: {},
    requests: noRequests,
    nowMs: 9,
  };
  expect(advance(fresh)).toMatchObject({ wave: 0, reach: 1, begunMs: 9 });
});
