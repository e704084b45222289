import { type Backend, inferenceBackendSchema } from "@sluice/contracts";
import { createMetrics } from "@sluice/observability";
import { expect, test } from "vitest";
import { heartbeatOf } from "../telemetry/heartbeat.builder.ts";
import { replicaSilentMs, silentAfterMs, Telemetry } from "../telemetry/telemetry.ts";
import { demandFigures, needOf } from "./demand.ts";
import { Gauges } from "./gauges.ts";

const backend = inferenceBackendSchema.parse({
  apiVersion: "sluice.dev/v1alpha1",
  kind: "InferenceBackend",
  metadata: { name: "cloud", namespace: "fleet" },
  spec: { modelRef: { name: "large" }, scaling: { min: 0, max: 5, targetQueueDelay: "50ms" } },
});
const load = { arrivalsPerSecond: 20, serviceMs: 50, workers: 1 };
const replica = (name: string, said: Partial<Backend> = {}): Backend => ({
  version: 1,
  replica: `cloud-inference-${name}`,
  atMs: 0,
  model: "large",
  digest: "d",
  queued: 0,
  queueMs: 0,
  draining: false,
  load,
  ...said,
});

test("the need is that of the replicas' loads together", () => {
  expect(needOf(backend, [replica("a")], 0)).toBe(2);
  expect(needOf(backend, [replica("a"), replica("b")], 0)).toBe(4);
});

test("a load that fades becomes nothing, not a little for ever", () => {
  expect(needOf(backend, [replica("a", { load: { ...load, arrivalsPerSecond: 1e-4 } })], 0)).toBe(0);
});

test("it is unknown while a replica does not say its load, or nobody knows what a request costs", () => {
  const old = replica("b");
  delete (old as { load?: unknown }).load;
  expect(needOf(backend, [replica("a"), old], 0)).toBeUndefined();
  expect(needOf(backend, [replica("a", { load: { ...load, serviceMs: null } })], 0)).toBeUndefined();
});

test("devices that find nobody need one replica, also when it has just come and nobody asked it yet", () => {
  expect([needOf(backend, [], 0), needOf(backend, [], 3)]).toEqual([0, 1]);
  expect(needOf(backend, [replica("a", { load: { ...load, arrivalsPerSecond: 0 } })], 3)).toBe(1);
});

/** An operator that listens since 0. */
function operator() {
  const telemetry = new Telemetry();
  telemetry.connected(true, 0);
  const metrics = createMetrics();
  const gauges = new Gauges(metrics);
  const tell = (backends: readonly (typeof backend)[], nowMs: number) =>
    gauges.say(demandFigures(backends, telemetry, nowMs));
  const said = async (): Promise<string[]> =>
    (await metrics.render()).split("\n").filter((line) => line.startsWith("sluice_operator_backend_replicas_needed{"));
  return { telemetry, gauges, tell, said };
}
const needed = (value: number) => [`sluice_operator_backend_replicas_needed{backend="fleet/cloud"} ${value}`];

test("nothing is said before everybody had the time to be heard, nor while the broker is out of reach", async () => {
  const { telemetry, tell, said } = operator();
  tell([backend], silentAfterMs - 1);
  expect(await said()).toEqual([]);
  tell([backend], silentAfterMs);
  expect(await said()).toEqual(needed(0));
  telemetry.connected(false, silentAfterMs);
  tell([backend], silentAfterMs + 1);
  expect(await said()).toEqual([]);
});

test("only its own replicas count, as long as they are heard and take requests", async () => {
  const { telemetry, tell, said } = operator();
  const nowMs = silentAfterMs;
  telemetry.hearReplica(replica("a"), nowMs);
  telemetry.hearReplica({ ...replica("x"), replica: "other-inference-x" }, nowMs);
  telemetry.hearReplica(replica("leaving", { draining: true }), nowMs);
  tell([backend], nowMs);
  expect(await said()).toEqual(needed(2));
  tell([backend], nowMs + replicaSilentMs);
  expect(await said()).toEqual(needed(0));
});

test("a frame that finds nobody wakes a backend, and one that is gone is not spoken of", async () => {
  const { telemetry, tell, said } = operator();
  telemetry.hear(heartbeatOf({ backend: "unknown", sent: 1 }), silentAfterMs);
  tell([backend], silentAfterMs);
  expect(await said()).toEqual(needed(1));
  tell([], silentAfterMs);
  expect(await said()).toEqual([]);
});

test("who does not lead any more says nothing", async () => {
  const { gauges, tell, said } = operator();
  tell([backend], silentAfterMs);
  gauges.say([]);
  expect(await said()).toEqual([]);
});
