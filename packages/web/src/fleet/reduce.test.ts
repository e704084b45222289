import * as fc from "fast-check";
import { expect, test } from "vitest";
import { rates } from "./history.ts";
import { applyBackend, applyDecision, applyHeartbeat, applyResult, forget, isSilent, setBroker } from "./reduce.ts";
import { sampleDecision, sampleHeartbeat, sampleReport, sampleResult } from "./sample.builder.ts";
import { emptyFleet, type Fleet, fleetBounds, fleetFrom, snapshotOf } from "./state.ts";

const withGate = (nowMs = 0): Fleet => {
  const fleet = emptyFleet(4, nowMs);
  applyHeartbeat(fleet, sampleHeartbeat(), nowMs);
  return fleet;
};
const gate = (fleet: Fleet) => fleet.devices.get("gate")!;
const camera = (fleet: Fleet) => gate(fleet).streams.get("camera")!;

test("rates are never negative, whatever the counters and restarts do", () => {
  const beat = fc.record({
    ms: fc.integer({ min: 1, max: 30_000 }),
    spentBytes: fc.nat(1e7),
    restarts: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(beat, { maxLength: 30 }), (beats) => {
      const fleet = withGate();
      let [nowMs, startedAtMs] = [0, 1_000];
      for (const { ms, spentBytes, restarts } of beats) {
        nowMs += ms;
        if (restarts) startedAtMs += ms;
        const streams = [sampleReport({ bytes: spentBytes })];
        applyHeartbeat(fleet, sampleHeartbeat({ startedAtMs, budget: { spentBytes }, streams }), nowMs);
      }
      const all = [...rates(gate(fleet).slots, nowMs), ...rates(camera(fleet).slots, nowMs)];
      expect(all.every((r) => r === null || (r.bytesPerSecond >= 0 && r.budgetBytesPerSecond >= 0))).toBe(true);
    }),
  );
});

test("a restart counts the new run's bytes and forgets frames that are numbered anew", () => {
  const fleet = emptyFleet(4, 0);
  applyHeartbeat(fleet, sampleHeartbeat({ budget: { spentBytes: 900_000 } }), 0);
  applyDecision(fleet, sampleDecision({ frame: 7 }));
  applyHeartbeat(fleet, sampleHeartbeat({ startedAtMs: 5_000, budget: { spentBytes: 1_000 } }), 2_000);
  expect(gate(fleet).slots.reduce((n, slot) => n + slot.bytes, 0)).toBeCloseTo(1_000);
  expect(camera(fleet).decisions).toEqual([]);
});

test("a device is silent after three heartbeats' time and forgotten in the end", () => {
  const fleet = withGate();
  for (let nowMs = 1_000; nowMs <= 60_000; nowMs += 1_000) applyHeartbeat(fleet, sampleHeartbeat(), nowMs);
  expect(isSilent(fleet, gate(fleet), 62_900)).toBe(false);
  expect(isSilent(fleet, gate(fleet), 63_100)).toBe(true);
  forget(fleet, 60_000 + fleetBounds.forgetMs);
  expect(fleet.devices.size).toBe(1);
  forget(fleet, 60_001 + fleetBounds.forgetMs);
  expect(fleet.devices.size).toBe(0);
});

test("while the broker is away no device counts as silent, nor right after", () => {
  const fleet = withGate();
  setBroker(fleet, false, 2_000);
  expect(isSilent(fleet, gate(fleet), 500_000)).toBe(false);
  forget(fleet, 2 * fleetBounds.forgetMs);
  expect(fleet.devices.size).toBe(1);
  setBroker(fleet, true, 500_000);
  expect(isSilent(fleet, gate(fleet), 501_000)).toBe(false);
  expect(isSilent(fleet, gate(fleet), 510_000)).toBe(true);
});

test("of two processes with one name the newer is believed, and the other noticed", () => {
  const fleet = withGate();
  applyHeartbeat(fleet, sampleHeartbeat({ startedAtMs: 9_000 }), 1_000);
  expect(applyHeartbeat(fleet, sampleHeartbeat({ startedAtMs: 1_000 }), 1_500)).toBe("twin");
  expect(gate(fleet).heartbeat.startedAtMs).toBe(9_000);
  expect(gate(fleet).twinAtMs).toBe(1_500);
});

test("a device whose clock was set back is believed once its former run is silent", () => {
  const fleet = withGate();
  expect(applyHeartbeat(fleet, sampleHeartbeat({ startedAtMs: 10 }), 60_000)).toBe("applied");
  expect(gate(fleet).heartbeat.startedAtMs).toBe(10);
});

test("devices, streams, replicas, names and what is remembered of a stream are bounded", () => {
  const fleet = emptyFleet(4, 0);
  for (let i = 0; i < fleetBounds.devices + 3; i++) applyHeartbeat(fleet, sampleHeartbeat({ device: `d${i}` }), 0);
  expect(fleet.devices.size).toBe(fleetBounds.devices);
  const many = Array.from({ length: fleetBounds.streams }, (_, i) => sampleReport({ name: `s${i}` }));
  expect(applyHeartbeat(fleet, sampleHeartbeat({ device: "d0", streams: many }), 1)).toBe("full");
  expect(applyHeartbeat(fleet, sampleHeartbeat({ device: "x".repeat(64) }), 1)).toBe("name");
  const backend = { version: 1, atMs: 0, model: "m", digest: "", queued: 0, queueMs: 0, draining: false };
  const fates = Array.from({ length: fleetBounds.replicas + 1 }, (_, i) =>
    applyBackend(fleet, { ...backend, replica: `r${i}` }, 0),
  );
  expect(fates.at(-1)).toBe("full");
  const gateFleet = withGate();
  for (let frame = 0; frame < 200; frame++) {
    applyDecision(gateFleet, sampleDecision({ frame, action: "send", reason: "value" }));
    applyResult(gateFleet, sampleResult({ frame }), 0);
  }
  const { decisions, sends, results } = camera(gateFleet);
  expect([decisions.length, sends.length, results.length]).toEqual([fleetBounds.decisions, fleetBounds.sends, 4]);
  expect(decisions.at(-1)).not.toHaveProperty("signals");
});

test("a correction replaces the answer of its own frame only", () => {
  const fleet = withGate();
  for (const frame of [1, 2, 3]) applyResult(fleet, sampleResult({ frame }), 0);
  const answer = { classes: [], boxes: [] };
  const { local: _l, inferMs: _i, sourceFrame: _s, ...key } = sampleResult({ frame: 2 });
  applyResult(fleet, { ...key, kind: "correction", answer, ageMs: 230, inTime: true }, 50);
  expect(camera(fleet).results.map((r) => r.answer.boxes.length)).toEqual([2, 0, 2]);
  expect(camera(fleet).corrections).toEqual([{ frame: 2, ageMs: 230, inTime: true, boxes: 0, label: null, atMs: 50 }]);
});

test("of a stream that is classified, a correction says its label", () => {
  const fleet = withGate();
  const answer = {
    classes: ["cat"],
    boxes: [[0, 0, 64, 32, 0.9, 0] as [number, number, number, number, number, number]],
  };
  const { local: _l, inferMs: _i, sourceFrame: _s, ...key } = sampleResult({ frame: 1, task: "classification" });
  applyResult(fleet, { ...key, kind: "correction", answer, ageMs: 230, inTime: true }, 50);
  expect(camera(fleet).corrections).toMatchObject([{ boxes: 1, label: "cat" }]);
});

test("messages about what no heartbeat has introduced change nothing", () => {
  const fleet = withGate();
  expect(applyDecision(fleet, sampleDecision({ device: "other" }))).toBe("unknown");
  expect(applyResult(fleet, sampleResult({ stream: "other" }), 0)).toBe("unknown");
});

test("a state survives its way through JSON", () => {
  const fleet = withGate();
  applyHeartbeat(fleet, sampleHeartbeat({ budget: { spentBytes: 5_000 } }), 3_000);
  applyDecision(fleet, sampleDecision());
  applyResult(fleet, sampleResult(), 0);
  expect(fleetFrom(JSON.parse(JSON.stringify(snapshotOf(fleet, 3_000))), 4)).toEqual(fleet);
});
