import { backendSchema, type Heartbeat, versionOfWire } from "@sluice/contracts";
import { expect, test } from "vitest";
import { models } from "../kube/resources.ts";
import { heartbeatOf } from "../telemetry/heartbeat.builder.ts";
import { silentAfterMs, Telemetry } from "../telemetry/telemetry.ts";
import { copiesOf } from "./copies.ts";

const digest = "c".repeat(64);
const model = models.parse({
  apiVersion: "sluice.dev/v1alpha1",
  kind: "InferenceModel",
  metadata: { name: "small" },
  spec: {
    uri: "https://example.com/small.onnx",
    sha256: digest,
    task: "detection",
    family: "peaks",
    input: { width: 64, height: 64 },
    classes: ["car"],
  },
});

const running = (device: string, name = "small", sha = digest): Heartbeat => ({
  ...heartbeatOf({ device }),
  model: { name, digest: sha },
});
const refusing = (device: string, code: string): Heartbeat => ({
  ...running(device, "older"),
  refused: { policy: "gate", revision: "gate-2", reason: "no good", code, model: "small" },
});
const replica = (name: string, sha = digest) =>
  backendSchema.parse({
    version: versionOfWire,
    replica: name,
    atMs: 0,
    model: "small",
    digest: sha,
    queued: 0,
    queueMs: 0,
    draining: false,
  });

/** What is counted of what was heard at the beginning, `atMs` later. */
function counted(heartbeats: readonly Heartbeat[], replicas: ReturnType<typeof replica>[] = [], atMs = 0) {
  const telemetry = new Telemetry();
  for (const heartbeat of heartbeats) telemetry.hear(heartbeat, 0);
  for (const each of replicas) telemetry.hearReplica(each, 0);
  return copiesOf(model, telemetry, atMs);
}

test("copies are devices and replicas that run the file with the model's digest", () => {
  const devices = [running("a"), running("b"), running("c", "other")];
  expect(counted(devices, [replica("r1"), replica("r2")])).toEqual({ available: 4, failed: 0, refusal: null });
});

test("another digest is a failed copy, and so is a device that cannot load the model; what else it refuses is not", () => {
  const devices = [
    running("a"),
    running("b", "small", "d".repeat(64)),
    refusing("c", "model-unloadable"),
    refusing("d", "config-invalid"),
  ];
  expect(counted(devices, [replica("r1", "d".repeat(64))])).toEqual({
    available: 1,
    failed: 3,
    refusal: { code: "model-unloadable", reason: "c: no good" },
  });
});

test("who is not heard any more holds no copy", () => {
  expect(counted([running("a")], [], silentAfterMs)).toEqual({ available: 0, failed: 0, refusal: null });
});
