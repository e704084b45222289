import {
  type Change,
  type Kube,
  type Meter,
  ownerKeys,
  paced,
  type Recorder,
  runController,
  type Source,
  sourceOf,
} from "@sluice/cluster";
import { asSluiceError, type SluiceError } from "@sluice/contracts";
import { type Clock, type Prng, pause } from "@sluice/foundation";
import { lookAtDevice } from "../device/look.ts";
import type { Nudge } from "../nudge.ts";
import { type PolicyDeps, reconcilePolicy } from "../policy/reconcile.ts";
import { retire } from "../policy/retire.ts";
import { sweep } from "../policy/sweep.ts";
import { asksTheSame, saysTheSame } from "./changes.ts";
import { gatherMs, heardOf } from "./heard.ts";
import type { KubeObjects } from "./objects.ts";
import { policies } from "./resources.ts";
import { turnsOf } from "./turns.ts";

export interface ControllerDeps extends PolicyDeps {
  readonly objects: KubeObjects;
  readonly kube: Kube;
  readonly recorder: Recorder;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly prng: Prng;
  /** Devices that something was heard of. */
  readonly nudge: Nudge;
  /** Models that a replica began to serve, or is about to stop serving. */
  readonly replicas: Nudge;
  readonly onProblem: (problem: SluiceError) => void;
  readonly onOutcome: (key: string, outcome: { readonly kind: string }) => void;
}

export const leasesFinalizer = "sluice.dev/leases";
/** However many devices come and go, the API server is asked for no more than so many changes of their statuses. */
const deviceWrites = { perSecond: 200, burst: 200, workers: 32 } as const;

/** A policy is looked at when it, its revisions, or anything that it selects or names has changed. */
export async function runPolicies(deps: ControllerDeps, signal: AbortSignal): Promise<void> {
  const { objects, nudge } = deps;
  const { policies: reflector, devices, models, backends, revisions } = objects.reflectors;
  const everyPolicy = () => [...objects.policies.keys()];
  const specChanged = ({ before, after }: Change) => (asksTheSame(before, after) ? [] : everyPolicy());
  await runController(
    {
      ...deps,
      name: "policy",
      reflector,
      sources: [
        sourceOf(devices, specChanged, () => gatherMs(objects)),
        sourceOf(models, specChanged),
        sourceOf(backends, (change) => (saysTheSame(change.before, change.after) ? [] : everyPolicy())),
        sourceOf(revisions, ownerKeys(policies)),
        heardOf(objects, nudge, everyPolicy),
      ],
      workers: 1,
      reconcile: (policy) => reconcilePolicy(policy, deps),
      finalizer: { name: leasesFinalizer, cleanUp: (key) => retire(key.slice(key.indexOf("/") + 1), deps) },
    },
    signal,
  );
}

const sweepEveryMs = 5_000;

/** Now and then documents that nobody should have are taken away; one that cannot be is taken next time. */
export async function runSweeps(deps: ControllerDeps, signal: AbortSignal): Promise<void> {
  const { objects, documents, clock } = deps;
  while (!signal.aborted) {
    await sweep(objects, documents).catch((error: unknown) => deps.onProblem(asSluiceError(error)));
    await pause(clock, sweepEveryMs, signal);
  }
}

/** A device's status follows what is heard of it. */
export async function runDevices(deps: ControllerDeps, signal: AbortSignal): Promise<void> {
  const { objects, nudge, kube, clock } = deps;
  const key = (name: string) => `${objects.namespace}/${name}`;
  const leases = turnsOf(deps);
  const heard: Source = {
    whenSynced: () => Promise.resolve(),
    subscribe: (enqueue) => nudge.subscribe((names) => names.forEach((name) => enqueue(key(name)))),
  };
  const changedPolicy = ({ before, after }: Change) => (asksTheSame(before, after) ? [] : [...objects.devices.keys()]);
  await runController(
    {
      ...deps,
      kube: paced(kube, clock, deviceWrites),
      workers: deviceWrites.workers,
      name: "device",
      reflector: objects.reflectors.devices,
      sources: [sourceOf(objects.reflectors.policies, changedPolicy), heard, leases.source],
      reconcile: async (device) => lookAtDevice(device, deps, leases.take),
    },
    signal,
  );
}
