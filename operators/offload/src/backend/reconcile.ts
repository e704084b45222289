import { createHash } from "node:crypto";
import {
  Applier,
  builtIn,
  deleteObject,
  type Finding,
  isGone,
  type Kube,
  type KubeObject,
  type Outcome,
  type Reconciled,
  type Resource,
  readObject,
  ready,
} from "@sluice/cluster";
import { type Backend, type InferenceBackend, type InferenceBackendStatus } from "@sluice/contracts";
import { type Model, nameOf, type Objects } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { advertised, lookAgainMs, outcomeOfAdverts, reporting } from "./adverts.ts";
import { lookAt } from "./external.ts";
import {
  configMap,
  deployment,
  disruptionBudget,
  endpointOf,
  type Site,
  scaledObject,
  selectorText,
  service,
} from "./manifests.ts";

interface DeploymentObject extends KubeObject {
  readonly status?: {
    readonly replicas?: number;
    readonly conditions?: readonly { type: string; status: string; message?: string }[];
  };
}

const kind = <T extends KubeObject>(apiVersion: string, name: string, plural: string) =>
  builtIn<T>({ apiVersion, kind: name, plural, namespaced: true });
export const children = {
  configMap: kind("v1", "ConfigMap", "configmaps"),
  service: kind("v1", "Service", "services"),
  deployment: kind<DeploymentObject>("apps/v1", "Deployment", "deployments"),
  disruptionBudget: kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  scaledObject: kind("keda.sh/v1alpha1", "ScaledObject", "scaledobjects"),
} as const;

export interface BackendDeps {
  readonly kube: Kube;
  readonly applier: Applier;
  readonly objects: Objects;
  readonly telemetry: Telemetry;
  readonly site: Site;
  readonly nowMs: () => number;
}

/** Brings a backend's replicas nearer to its specification, or looks whether somebody else's service answers. */
export const reconcileBackend = (backend: InferenceBackend, deps: BackendDeps): Promise<Reconciled> =>
  lookAt(backend, deps.objects, (model) => replicas(backend, model, deps));

async function replicas(backend: InferenceBackend, model: Model, deps: BackendDeps): Promise<Reconciled> {
  const { kube, telemetry, nowMs } = deps;
  await applyChildren(backend, model, deps);
  const scaled = await scale(backend, deps);
  const key = `${backend.metadata.namespace}/${nameOf(backend)}-inference`;
  const live = await readObject(kube, children.deployment, key);
  const heard = replicasOf(backend, telemetry, nowMs());
  const status = statusOf(backend, model, live, heard);
  const reports = reporting(backend, heard);
  return { outcome: outcomeFor(backend, live, reports, scaled), status, findings: [reports] };
}

/** Its replicas that were heard of late. */
export const replicasOf = (backend: InferenceBackend, telemetry: Telemetry, nowMs: number): Backend[] =>
  telemetry
    .replicas(backend.spec.modelRef.name, nowMs)
    .filter(({ replica }) => replica.startsWith(`${nameOf(backend)}-inference-`));

async function applyChildren(
  backend: InferenceBackend,
  model: Model,
  { applier, kube, site }: BackendDeps,
): Promise<void> {
  const config = configMap(backend, model, site);
  const digest = createHash("sha256").update(JSON.stringify(config["data"])).digest("hex").slice(0, 16);
  const wanted = [
    [children.configMap, config],
    [children.deployment, deployment(backend, digest, site)],
    [children.service, service(backend)],
    [children.disruptionBudget, disruptionBudget(backend)],
  ] as const;
  for (const [resource, desired] of wanted) {
    const live = await readObject(kube, resource as Resource, `${desired.metadata.namespace}/${desired.metadata.name}`);
    await applier.apply(resource, desired, live);
  }
}

/** False where KEDA would be needed and is not installed. */
async function scale(backend: InferenceBackend, { kube, applier, site }: BackendDeps): Promise<boolean> {
  if (site.prometheus === undefined) return true;
  const desired = scaledObject(backend, site.prometheus);
  const key = `${desired.metadata.namespace}/${desired.metadata.name}`;
  try {
    const live = await readObject(kube, children.scaledObject, key);
    if (backend.spec.replicas === undefined) await applier.apply(children.scaledObject, desired, live);
    else if (live) await deleteObject(kube, children.scaledObject, live);
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
    return backend.spec.replicas !== undefined;
  }
}

const statusOf = (
  backend: InferenceBackend,
  model: Model,
  live: DeploymentObject | undefined,
  heard: readonly Backend[],
): InferenceBackendStatus => ({
  endpoint: endpointOf(backend),
  replicas: live?.status?.replicas ?? 0,
  selector: selectorText(backend),
  ...advertised(model, heard),
});

function outcomeFor(
  backend: InferenceBackend,
  live: DeploymentObject | undefined,
  reports: Finding,
  scaled: boolean,
): Outcome {
  const failed = live?.status?.conditions?.find(({ type, status }) => type === "Progressing" && status === "False");
  if (failed) {
    const message = failed.message ?? "no progress";
    return { kind: "failed", reason: "DeploymentFailed", message, leastMs: lookAgainMs };
  }
  if (reports.status !== "True")
    return mayRest(backend) ? ready("at rest", { afterMs: lookAgainMs }) : outcomeOfAdverts(reports);
  if (!scaled)
    return ready("replicas answer, but KEDA is not installed", { reason: "ScalerMissing", afterMs: lookAgainMs });
  return outcomeOfAdverts(reports);
}

const mayRest = ({ spec }: InferenceBackend): boolean => (spec.replicas ?? spec.scaling.min) === 0;
