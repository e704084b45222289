import { type Deferred, type KubeObject, type Reconciled, type StoreView, statusAfter } from "@sluice/cluster";
import type { SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { advertised, outcomeOfAdverts, reporting } from "../backend/adverts.ts";
import { lookAt } from "../backend/external.ts";
import { lookAtDevice } from "../device/look.ts";
import { unheard } from "../kube/heard.ts";
import { modelReport } from "../model/report.ts";
import type { Nudge } from "../nudge.ts";
import { type PolicyDeps, reconcilePolicy } from "../policy/reconcile.ts";
import { retire } from "../policy/retire.ts";
import { nameOf } from "../ports.ts";
import type { FileObjects } from "./objects.ts";

export interface LocalDeps extends PolicyDeps {
  readonly objects: FileObjects;
  readonly clock: Clock;
  /** Devices, and models of replicas, that something was heard of. */
  readonly nudge: Nudge;
  readonly replicas: Nudge;
  readonly onProblem: (problem: SluiceError) => void;
  /** Told of each object's status when it has changed. */
  readonly onStatus: (kind: string, name: string, status: object) => void;
}

type Found = Reconciled | { readonly outcome: Deferred };

/** One look at the object of a key; null where there is none any more. */
type Look = (key: string) => Promise<Found["outcome"] | null>;

/** How objects of each kind are looked at: by the code that does so in a cluster. Replicas are started by others here. */
export function looksOf(deps: LocalDeps): ReadonlyMap<string, Look> {
  const { objects, telemetry, clock } = deps;
  const nowMs = () => clock.monotonicMs();
  const heard = (report: () => Reconciled) => Promise.resolve(telemetry.settled(nowMs()) ? report() : unheard);
  const of = <T extends KubeObject>(store: StoreView<T>, kind: string, look: (object: T) => Promise<Found>) =>
    [kind, (key: string) => seen(kind, store.get(key), look, deps)] as const;
  return new Map<string, Look>([
    of(objects.models, "InferenceModel", (model) => heard(() => modelReport(model, telemetry, nowMs()))),
    of(objects.backends, "InferenceBackend", (backend) =>
      lookAt(backend, objects, (model) => {
        const replicas = telemetry.replicas(nameOf(model), nowMs());
        const reports = reporting(backend, replicas);
        const status = advertised(model, replicas);
        return Promise.resolve({ outcome: outcomeOfAdverts(reports), status, findings: [reports] });
      }),
    ),
    of(objects.devices, "EdgeDevice", (device) => Promise.resolve(lookAtDevice(device, deps, () => Infinity))),
    ["OffloadPolicy", (key) => policyOf(key, deps)],
  ]);
}

async function policyOf(key: string, deps: LocalDeps): Promise<Found["outcome"] | null> {
  const policy = deps.objects.policies.get(key);
  if (policy) return seen("OffloadPolicy", policy, (object) => reconcilePolicy(object, deps), deps);
  const name = key.slice(key.indexOf("/") + 1);
  await retire(name, deps);
  deps.objects.forget(name);
  return null;
}

async function seen<T extends KubeObject>(
  kind: string,
  object: T | undefined,
  look: (object: T) => Promise<Found>,
  { objects, clock, onStatus }: LocalDeps,
): Promise<Found["outcome"] | null> {
  if (!object) return null;
  const found = await look(object);
  if (found.outcome.kind === "deferred") return found.outcome;
  const status = statusAfter(object, found as Reconciled, clock.wallMs());
  if (objects.setStatus(kind, object, status)) onStatus(kind, nameOf(object), status);
  return found.outcome;
}
