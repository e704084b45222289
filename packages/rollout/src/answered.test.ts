import * as fc from "fast-check";
import { expect, test } from "vitest";
import { answered } from "./answered.ts";
import { advance, noRequests, type Requests } from "./index.ts";
import { beginning, phases, type RolloutState } from "./state.ts";
import { deviceOf, plan } from "./world.builder.ts";

const rolling: RolloutState = { ...beginning("r0", "r1", null), begunMs: 1, reach: 1 };
const asking = (requests: Partial<Requests>): Requests => ({ ...noRequests, ...requests });
const all = asking({ promote: { revision: "r1", wave: "all" }, abort: "r1", restart: "again" });

test.each([
  ["what a rollout under way may still follow stays", all, rolling, "r1", []],
  [
    "a wave that was left",
    asking({ promote: { revision: "r1", wave: 0 } }),
    { ...rolling, wave: 1 },
    "r1",
    ["promote"],
  ],
  [
    "the last one, where waves were taken out",
    asking({ promote: { revision: "r1", wave: 2 } }),
    { ...rolling, wave: 3 },
    "r1",
    [],
  ],
  ["a wave still to come", asking({ promote: { revision: "r1", wave: 1 } }), { ...rolling, wave: 1 }, "r1", []],
  [
    "all of a rollout that is over",
    all,
    { ...rolling, phase: "complete", stable: "r1" },
    "r1",
    ["promote", "abort", "restart"],
  ],
  ["to begin anew what was given up", all, { ...rolling, phase: "aborted" }, "r1", ["promote", "abort"]],
  ["a restart that was followed", all, { ...rolling, restart: "again" }, "r1", ["restart"]],
  ["what names a revision that was replaced", all, rolling, "r2", ["promote", "abort"]],
  ["what names one that is not stored yet", all, { ...rolling, target: "r0" }, "r1", []],
  ["nothing was asked", noRequests, { ...rolling, phase: "aborted" }, "r1", []],
] as const)("%s", (_, requests, stored, target, expected) => {
  expect(answered(requests, stored, target, plan)).toEqual(expected);
});

const wave = fc.oneof(fc.nat(4), fc.constant("all" as const));
const revision = fc.constantFrom("r0", "r1", "r2");
const state: fc.Arbitrary<RolloutState> = fc
  .record({ phase: fc.constantFrom(...phases), wave: fc.nat(3), target: revision, begunMs: fc.option(fc.constant(1)) })
  .map((part) => ({ ...rolling, ...part }));

test("what counts as answered makes no difference to the rollout that is stored", () => {
  const one = fc.record({ promote: fc.record({ revision, wave }), abort: revision });
  fc.assert(
    fc.property(state, one, fc.boolean(), (stored, { promote, abort }, aborts) => {
      const requests = asking(aborts ? { abort } : { promote });
      fc.pre(answered(requests, stored, "r1", plan).length > 0);
      const input = { plan, state: stored, target: "r1", same: (a: string, b: string) => a === b };
      const rest = { devices: [deviceOf("cam")], queries: {}, nowMs: 2 };
      expect(advance({ ...input, ...rest, requests })).toEqual(advance({ ...input, ...rest, requests: noRequests }));
    }),
  );
});
