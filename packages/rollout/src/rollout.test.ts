import { expect, test } from "vitest";
import { advance, desired, news, noRequests, type Plan, report } from "./index.ts";
import { agreement, deviceOf, fleetOf, gate, plan, reading, World } from "./world.builder.ts";

/** A fleet that runs `r0` and is about to get `r1`. */
function upgraded(size: number, quality: "good" | "bad" | "refused" = "good", changes: Partial<Plan> = {}): World {
  const world = new World(fleetOf(size, { told: "r0", applied: "r0", readings: { agreement: reading(0.9) } }));
  world.plan = { ...plan, waves: [], gate: { ...gate, checks: [] } };
  world.reconcile();
  world.edit(quality);
  world.plan = { ...plan, ...changes };
  return world;
}

const tick = (world: World, waitMs = 61_000): void => {
  world.reconcile();
  world.deliver();
  world.reconcile();
  world.nowMs += waitMs;
};
const told = (world: World) => report(world.state!, world.input);

test("goes in waves, each after the last one's gate", () => {
  const world = upgraded(10);
  const reached = [0, 1, 2, 3].map(() => {
    tick(world);
    return world.holding("r1");
  });
  expect(reached).toEqual([1, 3, 10, 10]);
  expect(world.state).toMatchObject({ phase: "complete", stable: "r1" });
});

test("a failed gate takes the revision back and says which metric, which value, which devices", () => {
  const world = upgraded(10, "bad");
  tick(world);
  const [canary] = world.devices.filter((device) => device.told === "r1");
  tick(world);
  expect(told(world)).toMatchObject({ stage: "measuring", message: expect.stringContaining("1 failed") });
  tick(world);
  expect([world.state!.phase, world.holding("r1")]).toEqual(["rolled-back", 0]);
  const { message } = told(world);
  for (const part of ["quality 0.3 (0.2804 to 0.3196)", "at least 0.7", canary!.name, "devices have r0"]) {
    expect(message).toContain(part);
  }
});

test("where the plan says so, a failed gate leaves everything as it is for a person", () => {
  const world = upgraded(10, "bad", { onFailure: "pause" });
  for (let i = 0; i < 6; i++) tick(world);
  expect([world.state!.phase, world.holding("r1")]).toEqual(["held", 1]);
  world.requests = { ...noRequests, abort: "r1" };
  tick(world);
  expect([world.state!.phase, world.holding("r1")]).toEqual(["aborted", 0]);
});

test("a revision that devices refuse is taken back at once, with their reason", () => {
  const world = upgraded(10, "refused");
  tick(world);
  expect(world.state!.phase).toBe("rolled-back");
  expect(told(world).message).toMatch(
    /^r1 was rolled back: refused by 1 of 1 devices, must be at most 10 % of them \((cam-\d)\); devices have r0\. \1 says: no such model$/,
  );
});

test("no data means wait, and past its deadline it says so", () => {
  const world = upgraded(4);
  tick(world);
  world.devices = world.devices.map((device) => ({ ...device, readings: {} }));
  world.nowMs += 60_000;
  world.reconcile();
  expect(told(world)).toMatchObject({
    stage: "measuring",
    overdue: false,
    message: expect.stringContaining("no data"),
  });
  world.nowMs += gate.deadlineMs;
  world.reconcile();
  expect(told(world)).toMatchObject({ overdue: true, message: expect.stringContaining("promote or abort") });
  expect(world.holding("r1")).toBe(1);
});

test("while samples are too few it is looked again at the gate's pace, and not when the wave is overdue", () => {
  const world = upgraded(4);
  tick(world, 0);
  const few = (samples: number) => {
    world.devices = world.devices.map((device) => ({ ...device, readings: { agreement: reading(0.9, samples) } }));
  };
  few(gate.minSamples - 1);
  for (let looks = 0; looks < 3; looks++) {
    expect(told(world)).toMatchObject({ stage: "measuring", lookAgainInMs: gate.intervalMs });
    world.nowMs += gate.intervalMs;
    world.reconcile();
  }
  few(gate.minSamples);
  world.reconcile();
  expect(world.holding("r1")).toBe(2);
});

test.each([
  ["too few samples", reading(0.2, 5), "5 of 20 samples"],
  ["an interval on both sides of the bound", { samples: 50, mean: 0.65, error: 0.1 }, "may still be at least 0.7"],
  ["nonsense", { samples: 50, mean: Number.NaN, error: 0 }, "no data"],
])("%s neither passes nor fails", (_, value, text) => {
  const world = upgraded(4);
  tick(world);
  world.devices = world.devices.map((device) => ({ ...device, readings: { agreement: value } }));
  world.reconcile();
  expect(world.state).toMatchObject({ passes: 0, failures: 0, passedMs: null });
  expect(told(world).message).toContain(text);
});

test("devices that are offline are left out, and get the stable revision when they return", () => {
  const world = upgraded(10);
  for (let i = 0; i < 9; i++) world.change(i, { online: false });
  tick(world);
  expect(world.devices.filter((device) => device.told === "r1").map(({ online }) => online)).toEqual([true]);
  for (let i = 0; i < 4; i++) tick(world);
  expect(world.state!.phase).toBe("complete");
  expect(world.holding("r1")).toBe(10);
});

test("with nobody online nothing is decided", () => {
  const world = upgraded(3, "good", { waves: [] });
  world.devices = world.devices.map((device) => ({ ...device, online: false }));
  for (let i = 0; i < 3; i++) tick(world);
  expect([world.state!.phase, world.holding("r1")]).toEqual(["rolling", 0]);
  expect(told(world).message).toContain("none of its devices is online");
});

test("a wave waits for its pause, for approval, and while the rollout is paused", () => {
  const [few, some] = plan.waves;
  const world = upgraded(10, "good", {
    waves: [
      { ...few!, pauseMs: 100_000 },
      { ...some!, approval: true },
    ],
  });
  tick(world);
  tick(world);
  expect([told(world).stage, world.holding("r1")]).toEqual(["resting", 1]);
  world.plan = { ...world.plan, paused: true };
  world.nowMs += 100_000;
  tick(world);
  expect([told(world).stage, world.holding("r1")]).toEqual(["paused", 1]);
  world.plan = { ...world.plan, paused: false };
  for (let i = 0; i < 3; i++) tick(world);
  expect([told(world).stage, world.holding("r1")]).toEqual(["approval", 3]);
  world.requests = { ...noRequests, promote: { revision: "r0", wave: 1 } };
  tick(world);
  expect(world.holding("r1")).toBe(3);
  world.requests = { ...noRequests, promote: { revision: "r1", wave: 1 } };
  tick(world);
  tick(world);
  expect(world.state!.phase).toBe("complete");
});

test("an edit begins anew from the newest revision, and devices with the one in between go first", () => {
  const world = upgraded(10);
  tick(world);
  tick(world);
  const before = world.devices.filter((device) => device.told === "r1").map(({ name }) => name);
  world.edit("good");
  world.reconcile();
  expect(world.devices.filter((device) => device.told === "r2")).toHaveLength(1);
  expect(before).toContain(world.devices.find((device) => device.told === "r2")!.name);
  expect(world.holding("r1") - world.devices.filter((device) => device.applied === "r1").length).toBe(0);
  expect(new Set(world.devices.map((device) => device.told))).toEqual(new Set(["r0", "r2"]));
});

test("going back to the stable revision is done at once, and so is what devices would not notice", () => {
  const world = upgraded(10);
  tick(world);
  world.target = "r0";
  world.reconcile();
  expect([world.state!.phase, world.holding("r1")]).toEqual(["complete", 1]);
  const state = advance({ ...world.input, target: "r9", same: () => true });
  expect(state).toMatchObject({ phase: "complete", stable: "r9" });
});

test("what failed stays down until somebody edits the policy or asks to begin anew", () => {
  const world = upgraded(5, "refused");
  for (let i = 0; i < 5; i++) tick(world);
  expect(world.state!.phase).toBe("rolled-back");
  world.qualities.set("r1", "good");
  world.requests = { ...noRequests, restart: "again" };
  for (let i = 0; i < 5; i++) tick(world);
  expect(world.state).toMatchObject({ phase: "complete", stable: "r1", restart: "again" });
});

test("a wave by labels takes those alone, and a query speaks for all", () => {
  const world = upgraded(6, "good", {
    waves: [
      {
        name: "lab",
        reach: { kind: "selector", selector: { matchLabels: { site: "lab" } } },
        pauseMs: 0,
        approval: false,
      },
    ],
    gate: { ...gate, checks: [{ name: "errors", reading: null, max: 3 }] },
  });
  world.change(2, { labels: { site: "lab" } });
  tick(world);
  expect(world.devices.filter((device) => device.told === "r1").map(({ name }) => name)).toEqual(["cam-2"]);
  expect(advance({ ...world.input, queries: { errors: 3 } }).wave).toBe(1);
  expect(advance({ ...world.input, queries: { errors: Number.NaN } }).failures).toBe(0);
  expect(advance({ ...world.input, queries: { errors: 4 } })).toMatchObject({
    failures: 1,
    failure: { value: "4", devices: [] },
  });
});

test("tells each thing once", () => {
  const world = upgraded(10);
  const heard: string[] = [];
  for (let i = 0; i < 12; i++) {
    const before = world.state;
    world.reconcile();
    heard.push(...news(before, world.state!, world.plan).map(({ reason }) => reason));
    world.deliver();
    world.nowMs += 40_000;
  }
  expect(heard).toEqual(["RolloutStarted", "WaveStarted", "WaveStarted", "WaveStarted", "RolloutComplete"]);
});

test("without a stable revision devices of later waves have no policy yet, and keep none if the first one fails", () => {
  const world = new World([deviceOf("a"), deviceOf("b")]);
  world.qualities.set("r0", "bad");
  world.plan = { ...plan, gate: { ...gate, failureLimit: 0, checks: [agreement] } };
  world.reconcile();
  expect(new Set(desired(world.state!, world.plan, world.devices).values())).toEqual(new Set(["r0", null]));
  for (let i = 0; i < 4; i++) tick(world);
  expect(world.devices.map((device) => device.told)).toEqual([null, null]);
});
