import { expect, test } from "vitest";
import { heartbeatOf } from "./heartbeat.builder.ts";
import { readingsOf, tallied } from "./readings.ts";
import { devicesBound, replicaSilentMs, silentAfterMs, Telemetry, unservedForMs } from "./telemetry.ts";

const policy = { name: "p", revision: "p-1" };

test("what a device measured counts from the heartbeat on in which it first ran the revision, over restarts", () => {
  const telemetry = new Telemetry();
  telemetry.hear(heartbeatOf({ frames: 500, dropped: 400, spentBytes: 900, elapsedMs: 1_000 }), 0);
  telemetry.hear(heartbeatOf({ policy, frames: 600, dropped: 400, spentBytes: 900, elapsedMs: 2_000 }), 1);
  expect(telemetry.readings("cam")).toEqual({});
  telemetry.hear(heartbeatOf({ policy, frames: 700, dropped: 410, spentBytes: 1_400, elapsedMs: 3_000 }), 2);
  expect(telemetry.readings("cam")).toMatchObject({ drops: { samples: 100, mean: 0.1 }, bytes: { mean: 0.5 } });
  telemetry.hear(
    heartbeatOf({ policy, startedAtMs: 9_000, atMs: 9_100, frames: 100, dropped: 30, elapsedMs: 1_000 }),
    3,
  );
  expect(telemetry.readings("cam")).toMatchObject({ drops: { samples: 200, mean: 0.2 }, bytes: { mean: 0.25 } });
});

test("counters that go back harm nobody", () => {
  const telemetry = new Telemetry();
  for (const frames of [0, 900, 10, 5]) telemetry.hear(heartbeatOf({ policy, frames, dropped: frames }), 0);
  expect(telemetry.readings("cam")["drops"]).toEqual({ samples: 900, mean: 1, error: 0 });
});

test("however much a device says it counted, its word weighs no more than a status can hold", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const heartbeat = heartbeatOf({ frames: most, agreement: { samples: most, local: 0, corrected: 0.5 } });
  const tally = tallied(undefined, heartbeat);
  const total = { ...tally.total, frames: 2 * most, allowedBytes: 1 };
  const { agreement, ...others } = readingsOf({ ...tally, total }, heartbeat);
  expect([agreement, ...Object.values(others)].map((reading) => reading?.samples)).toEqual([1e6, 1e6, 1e6]);
  expect(agreement?.mean).toBe(0.5);
});

test("agreement comes with an error that shrinks with its samples, and is absent while unknown", () => {
  const telemetry = new Telemetry();
  telemetry.hear(heartbeatOf({ policy, agreement: { samples: 3, local: null, corrected: null } }), 0);
  expect(telemetry.readings("cam")["agreement"]).toBeUndefined();
  telemetry.hear(heartbeatOf({ policy, agreement: { samples: 100, local: 0.4, corrected: 0.8 } }), 0);
  expect(telemetry.readings("cam")["agreement"]).toMatchObject({ samples: 100, mean: 0.8, error: 0.04 });
});

test("a device is online while it is heard, and news is what a reconciliation acts on", () => {
  const telemetry = new Telemetry();
  expect(telemetry.hear(heartbeatOf(), 0)).toBe("news");
  expect(telemetry.hear(heartbeatOf({ frames: 7, atMs: 2_000 }), 2_000)).toBe("same");
  expect(telemetry.hear(heartbeatOf({ policy, atMs: 4_000 }), 4_000)).toBe("news");
  expect(telemetry.hear(heartbeatOf({ atMs: 3_000 }), 4_100)).toBe("stale");
  expect(telemetry.online("cam", 4_000 + silentAfterMs - 1)).toBe(true);
  expect(telemetry.online("cam", 4_000 + silentAfterMs)).toBe(false);
  expect(telemetry.fallenSilent(4_000 + silentAfterMs, 4_000)).toEqual(["cam"]);
  expect(telemetry.hear(heartbeatOf({ policy, atMs: 5_000 }), 20_000)).toBe("news");
  expect(telemetry.online("nobody", 0)).toBe(false);
});

test("a device without bytes speaks less often, and is not taken for silent over it", () => {
  const telemetry = new Telemetry();
  for (const atMs of [0, 10_000, 20_000]) telemetry.hear(heartbeatOf({ atMs: 1_000 + atMs }), atMs);
  expect([telemetry.online("cam", 20_000 + 2 * silentAfterMs), telemetry.onlineCount(40_000)]).toEqual([true, 1]);
  telemetry.hear(heartbeatOf({ atMs: 40_000 }), 22_000);
  expect(telemetry.online("cam", 22_000 + silentAfterMs)).toBe(false);
});

test("who is silent is known only after everybody had the time to be heard", () => {
  const telemetry = new Telemetry();
  expect(telemetry.settled(1e6)).toBe(false);
  telemetry.connected(true, 0);
  telemetry.connected(true, 5_000);
  expect([telemetry.settled(silentAfterMs - 1), telemetry.settled(silentAfterMs)]).toEqual([false, true]);
  telemetry.connected(false, 9_000);
  expect(telemetry.settled(1e6)).toBe(false);
});

test("strangers beyond the bound are not remembered", () => {
  const telemetry = new Telemetry();
  const template = heartbeatOf();
  for (let i = 0; i < devicesBound; i++) telemetry.hear({ ...template, device: `cam-${i}` }, 0);
  expect(telemetry.hear({ ...template, device: "one-too-many" }, 0)).toBe("full");
  expect(telemetry.hear({ ...template, device: "cam-7" }, 0)).toBe("same");
});

test("who sends frames while no replica is there wants one, for a minute after the last of them", () => {
  const telemetry = new Telemetry();
  const wanting = (nowMs: number) => telemetry.unserved(nowMs).get("large") ?? 0;
  telemetry.hear(heartbeatOf({ device: "served", sent: 9 }), 0);
  telemetry.hear(heartbeatOf({ device: "idle", backend: "silent" }), 0);
  expect(wanting(0)).toBe(0);
  telemetry.hear(heartbeatOf({ backend: "silent", sent: 1 }), 0);
  telemetry.hear(heartbeatOf({ backend: "silent", sent: 1, atMs: 3_000 }), 2_000);
  expect([wanting(unservedForMs - 1), wanting(unservedForMs)]).toEqual([1, 0]);
  telemetry.hear(heartbeatOf({ backend: "silent", sent: 2, atMs: 90_000 }), 90_000);
  telemetry.hear(heartbeatOf({ backend: "silent", sent: 1, startedAtMs: 99_000, atMs: 99_000 }), 99_000);
  expect(wanting(99_000 + unservedForMs - 1)).toBe(1);
});

test("replicas that stop advertising themselves are gone", () => {
  const telemetry = new Telemetry();
  const backend = {
    version: 1,
    replica: "r",
    atMs: 0,
    model: "large",
    digest: "d",
    queued: 0,
    queueMs: 2,
    draining: false,
  };
  expect(telemetry.hearReplica(backend, 0)).toBe("news");
  expect(telemetry.hearReplica({ ...backend, queueMs: 9 }, 10)).toBe("same");
  expect(telemetry.replicas("large", 20)).toMatchObject([{ queueMs: 9 }]);
  expect(telemetry.replicas("large", 10 + replicaSilentMs)).toEqual([]);
  expect(telemetry.replicas("other", 20)).toEqual([]);
});
