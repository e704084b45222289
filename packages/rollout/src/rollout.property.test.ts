import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fleetOf, type Quality, World } from "./world.builder.ts";

type Action =
  | { kind: "reconcile"; writes: number }
  | { kind: "deliver" }
  | { kind: "wait"; ms: number }
  | { kind: "edit"; quality: Quality }
  | { kind: "link"; index: number; online: boolean }
  | { kind: "wipe"; index: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("reconcile" as const), writes: fc.nat(12) }) },
  { weight: 6, arbitrary: fc.constant({ kind: "deliver" as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: -1e5, max: 2e5 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      quality: fc.constantFrom<Quality>("good", "bad", "refused"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("link" as const), index: fc.nat(), online: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wipe" as const), index: fc.nat() }) },
);

function act(world: World, step: Action): void {
  if (step.kind === "reconcile") world.reconcile(step.writes);
  else if (step.kind === "deliver") world.deliver();
  else if (step.kind === "wait") world.nowMs += step.ms;
  else if (step.kind === "edit") world.edit(step.quality);
  else if (step.kind === "link") world.change(step.index, { online: step.online });
  else world.change(step.index, { told: null });
}

/** Everything works from here on. */
function calm(world: World): void {
  world.devices = world.devices.map((device) => ({ ...device, online: true }));
  for (let round = 0; round < 40; round++) {
    world.reconcile();
    world.deliver();
    world.nowMs += 61_000;
  }
}

const history = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(action, { maxLength: 60 }));

/** What must not be, or null. */
function violation(world: World, before: number): string | null {
  const { state, target, qualities } = world;
  if (state?.target !== target) return null;
  const held = world.holding(target);
  if (state.phase === "rolling" && state.reach !== null && held > Math.max(before, state.reach))
    return `${held} devices`;
  if (qualities.get(target) === "good") return null;
  return held > 1 || state.phase === "complete" ? `${held} devices have a bad revision, ${state.phase}` : null;
}

test("whatever happens, no more devices have a revision than its wave allows, and a bad one stays in the first", () => {
  fc.assert(
    fc.property(history, ([size, steps]) => {
      const world = new World(fleetOf(size));
      for (const step of steps) {
        const before = world.holding(world.target);
        act(world, step);
        expect(violation(world, before)).toBeNull();
      }
    }),
    { numRuns: 2_000 },
  );
});

test("from any stored state everything converges: to the newest revision if it is good, else to the last good one", () => {
  fc.assert(
    fc.property(history, ([size, steps]) => {
      const world = new World(fleetOf(size));
      for (const step of steps) act(world, step);
      calm(world);
      const { state, target } = world;
      const good = world.qualities.get(target) === "good";
      const stable = good ? target : state!.stable;
      expect(state).toMatchObject({ target, stable, phase: good ? "complete" : "rolled-back" });
      for (const device of world.devices) expect([device.told, device.applied]).toEqual([stable, stable]);
      expect(world.qualities.get(stable ?? "r0")).toBe("good");
    }),
    { numRuns: 2_000 },
  );
});
