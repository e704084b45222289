import type { Reason } from "@sluice/contracts";
import { expect, test } from "vitest";
import { conditionsOf } from "./condition.ts";
import { applyDecision, applyHeartbeat } from "./reduce.ts";
import { sampleDecision, sampleHeartbeat, sampleReport } from "./sample.builder.ts";
import { emptyFleet } from "./state.ts";

function conditions(given: Parameters<typeof sampleHeartbeat>[0], nowMs = 100, reason: Reason = "price") {
  const fleet = emptyFleet(1, 0);
  applyHeartbeat(fleet, sampleHeartbeat(given), 0);
  for (let frame = 0; frame < 20; frame++) applyDecision(fleet, sampleDecision({ frame, reason }));
  const device = fleet.devices.get("gate")!;
  return conditionsOf(fleet, device, device.streams.get("camera")!, nowMs);
}

test("all is quiet where nothing is wrong", () => {
  expect(conditions({})).toEqual([]);
});

test("a silent device says for how long, and nothing else that is old", () => {
  const found = conditions({ uplink: { state: "disconnected" } }, 12_400);
  expect(found).toEqual([{ level: "bad", code: "silent", text: "No sign of life for 12 s" }]);
});

test("a source that fails tells its problem, before lesser things", () => {
  const streams = [sampleReport({ state: "retrying", problem: "rtsp://x: refused" })];
  const found = conditions({ streams, uplink: { backend: "silent" } });
  expect(found.map((c) => [c.level, c.code])).toEqual([
    ["bad", "stream"],
    ["warn", "no-cloud"],
  ]);
  expect(found[0]!.text).toContain("rtsp://x: refused");
});

test("a device that is cut off works alone; one that waits for bytes says that its budget is spent", () => {
  expect(conditions({ uplink: { state: "disconnected", backend: "silent" } }).map((c) => c.code)).toEqual(["cut-off"]);
  expect(conditions({}, 100, "budget").map((c) => c.code)).toEqual(["spent"]);
  expect(conditions({}, 100, "silent").map((c) => c.code)).toEqual(["no-replies"]);
});

test("a backend that nobody has heard of yet is unknown, not gone", () => {
  expect(conditions({ uplink: { backend: "unknown" } })).toEqual([]);
});
