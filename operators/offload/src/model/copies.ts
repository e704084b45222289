import type { Heartbeat } from "@sluice/contracts";
import { type Model, nameOf } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What devices and replicas say of one model. */
export interface Copies {
  readonly available: number;
  readonly failed: number;
  /** Of one device that could not load it. */
  readonly refusal: { readonly code: string; readonly reason: string } | null;
}

export function copiesOf(model: Model, telemetry: Telemetry, nowMs: number): Copies {
  const name = nameOf(model);
  const online = [...telemetry.devices()]
    .filter(([device]) => telemetry.online(device, nowMs))
    .map(([, { heartbeat }]) => heartbeat);
  const loaded = online.filter((heartbeat) => heartbeat.model.name === name).map((heartbeat) => heartbeat.model.digest);
  const digests = [...loaded, ...telemetry.replicas(name, nowMs).map(({ digest }) => digest)];
  const available = digests.filter((digest) => digest === model.spec.sha256).length;
  const refusals = online.flatMap((heartbeat) => refusalOf(heartbeat, name));
  return { available, failed: digests.length - available + refusals.length, refusal: refusals[0] ?? null };
}

/** A revision may also be refused for what is not the model's fault. */
function refusalOf({ device, refused }: Heartbeat, model: string): NonNullable<Copies["refusal"]>[] {
  const { code = "" } = refused ?? {};
  const fits = refused?.model === model && (code.startsWith("model-") || code === "manifest-invalid");
  return fits ? [{ code, reason: `${device}: ${refused.reason}` }] : [];
}
