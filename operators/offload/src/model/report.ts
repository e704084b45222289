import { type Reconciled, ready } from "@sluice/cluster";
import { type Model, nameOf } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

const lookAgainMs = 30_000;

/** Where a model is: a copy is a device or a replica that says it has loaded the file with the model's digest. */
export function modelReport(model: Model, telemetry: Telemetry, nowMs: number): Reconciled {
  const { available, failed } = copiesOf(model, telemetry, nowMs);
  const status = { copies: { available, failed } };
  if (failed === 0)
    return { outcome: ready(available > 0 ? "loaded" : "registered", { afterMs: lookAgainMs }), status };
  const message = `${failed} copies of ${nameOf(model)} have another digest than ${model.spec.sha256.slice(0, 12)}…`;
  return { outcome: { kind: "failed", reason: "DigestMismatch", message, leastMs: lookAgainMs }, status };
}

function copiesOf(model: Model, telemetry: Telemetry, nowMs: number): { available: number; failed: number } {
  const name = nameOf(model);
  const onDevices = [...telemetry.devices()]
    .filter(([device]) => telemetry.online(device, nowMs))
    .map(([, { heartbeat }]) => heartbeat.model)
    .filter((loaded) => loaded.name === name)
    .map(({ digest }) => digest);
  const digests = [...onDevices, ...telemetry.replicas(name, nowMs).map(({ digest }) => digest)];
  const available = digests.filter((digest) => digest === model.spec.sha256).length;
  return { available, failed: digests.length - available };
}
