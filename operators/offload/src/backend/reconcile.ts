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
  waiting,
} from "@sluice/cluster";
import { type Backend, type InferenceBackend, type InferenceBackendStatus, subjects } from "@sluice/contracts";
import { endOf, Halt } from "../halt.ts";
import { type Model, named, nameOf, type Objects } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
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
import { probe } from "./probe.ts";

/** An endpoint is asked this often, and adverts of replicas are looked at. */
const lookAgainMs = 30_000;

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
export async function reconcileBackend(backend: InferenceBackend, deps: BackendDeps): Promise<Reconciled> {
  const model = named(deps.objects.models, deps.objects, backend.spec.modelRef.name);
  try {
    if (!model) throw Halt.stalled("ModelNotFound", `InferenceModel ${backend.spec.modelRef.name} does not exist`);
    return backend.spec.external ? await external(backend, model) : await replicas(backend, model, deps);
  } catch (error) {
    const outcome = endOf(error);
    if (outcome.kind === "conflict") throw error;
    return { outcome };
  }
}

async function external(backend: InferenceBackend, model: Model): Promise<Reconciled> {
  const { external: there } = backend.spec;
  const endpoint = endpointOf(backend);
  try {
    await probe(endpoint, there!.model ?? nameOf(model), there!.timeout);
  } catch (error) {
    const { message } = error as Error;
    return { outcome: { kind: "failed", reason: "Unreachable", message, leastMs: lookAgainMs }, status: { endpoint } };
  }
  return { outcome: ready("the endpoint serves the model", { afterMs: lookAgainMs }), status: { endpoint } };
}

async function replicas(backend: InferenceBackend, model: Model, deps: BackendDeps): Promise<Reconciled> {
  const { kube, telemetry, nowMs } = deps;
  await applyChildren(backend, model, deps);
  const scaled = await scale(backend, deps);
  const key = `${backend.metadata.namespace}/${nameOf(backend)}-inference`;
  const live = await readObject(kube, children.deployment, key);
  const heard = replicasOf(backend, telemetry, nowMs());
  const status = statusOf(backend, model, live, heard);
  const outcome = outcomeFor(backend, live, heard, scaled);
  return { outcome, status, findings: [reporting(heard)] };
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

function statusOf(
  backend: InferenceBackend,
  model: Model,
  live: DeploymentObject | undefined,
  heard: readonly Backend[],
): InferenceBackendStatus {
  const queueMs = heard.reduce((most, replica) => Math.max(most, replica.queueMs), 0);
  const digest = heard[0]?.digest;
  return {
    endpoint: endpointOf(backend),
    subject: subjects.inferAll(nameOf(model)),
    replicas: live?.status?.replicas ?? 0,
    selector: selectorText(backend),
    ...(heard.length > 0 && { readyReplicas: heard.length, queueDelay: coarse(queueMs), sha256: digest ?? "" }),
  };
}

/** A delay that changes all the time, in steps of 1, 2 and 5. */
function coarse(ms: number): string {
  const steps = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
  return `${steps.find((step) => ms <= step) ?? 10_000}ms`;
}

function outcomeFor(
  backend: InferenceBackend,
  live: DeploymentObject | undefined,
  heard: readonly Backend[],
  scaled: boolean,
): Outcome {
  const failed = live?.status?.conditions?.find(({ type, status }) => type === "Progressing" && status === "False");
  if (failed)
    return {
      kind: "failed",
      reason: "DeploymentFailed",
      message: failed.message ?? "no progress",
      leastMs: lookAgainMs,
    };
  if (heard.length === 0 && !mayRest(backend))
    return waiting("NeverSeen", "no replica advertises itself yet", lookAgainMs);
  if (!scaled)
    return ready("replicas answer, but KEDA is not installed", { reason: "ScalerMissing", afterMs: lookAgainMs });
  return ready("replicas answer", { afterMs: lookAgainMs });
}

const mayRest = ({ spec }: InferenceBackend): boolean => (spec.replicas ?? spec.scaling.min) === 0;

function reporting(heard: readonly Backend[]): Finding {
  if (heard.length > 0)
    return { type: "Reporting", status: "True", reason: "Succeeded", message: "replicas advertise themselves" };
  return { type: "Reporting", status: "Unknown", reason: "NeverSeen", message: "no replica advertises itself" };
}
