import {
  type Change,
  type ControllerRevision,
  controllerRevisions,
  deleteObject,
  ensureRevision,
  type Kube,
  type KubeObject,
  type Meter,
  patchObject,
  type Recorder,
  Reflector,
  type Resource,
  revisionsOf,
  surplusRevisions,
} from "@sluice/cluster";
import { policyAnnotations, type SluiceError } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import type { News, RequestName } from "@sluice/rollout";
import { type Revision, revisionsKept, type Written } from "../policy/revision.ts";
import type { Objects, Policy } from "../ports.ts";
import { asksTheSame } from "./changes.ts";
import { backends, devices, models, policies } from "./resources.ts";

export interface KubeObjectsOptions {
  readonly kube: Kube;
  readonly namespace: string;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly meter: Meter;
  readonly recorder: Recorder;
  readonly onProblem: (error: SluiceError) => void;
}

const label = "app.kubernetes.io/managed-by";
const manager = "sluice-operator";
/** Selects what the operator makes. */
export const managedBy = `${label}=${manager}`;

/** The objects of one namespace of a cluster. */
export class KubeObjects implements Objects {
  readonly namespace: string;
  readonly reflectors: {
    readonly policies: Reflector<Policy>;
    readonly devices: Reflector<ReturnType<typeof devices.parse>>;
    readonly models: Reflector<ReturnType<typeof models.parse>>;
    readonly backends: Reflector<ReturnType<typeof backends.parse>>;
    readonly revisions: Reflector<ControllerRevision>;
  };
  edits = 0;
  readonly #options: KubeObjectsOptions;

  constructor(options: KubeObjectsOptions) {
    const { kube, namespace, clock, prng, meter, onProblem } = options;
    const reflect = <T extends KubeObject>(resource: Resource<T>, labelSelector?: string) =>
      new Reflector<T>({ kube, resource, selection: { namespace, labelSelector }, clock, prng, meter, onProblem });
    this.#options = options;
    this.namespace = namespace;
    this.reflectors = {
      policies: reflect(policies),
      devices: reflect(devices),
      models: reflect(models),
      backends: reflect(backends),
      revisions: reflect(controllerRevisions, managedBy),
    };
    const edited = ({ before, after }: Change) => {
      if (!asksTheSame(before, after)) this.edits++;
    };
    this.reflectors.policies.subscribe(edited);
    this.reflectors.devices.subscribe(edited);
  }

  get complete(): boolean {
    return Object.values(this.reflectors).every(({ synced }) => synced);
  }
  get policies() {
    return this.reflectors.policies.store;
  }
  get devices() {
    return this.reflectors.devices.store;
  }
  get models() {
    return this.reflectors.models.store;
  }
  get backends() {
    return this.reflectors.backends.store;
  }

  /** Keeps the stores like the server's objects until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Object.values(this.reflectors).map((reflector) => reflector.run(signal)));
  }

  revisions(policy: Policy): Revision[] {
    return this.#history(policy).map(revisionIn);
  }

  async record(policy: Policy, written: Written): Promise<Revision> {
    const labels = { [label]: manager, "sluice.dev/policy": policy.metadata.name };
    const of = { kube: this.#options.kube, resource: policies, owner: policy, labels };
    return revisionIn(await ensureRevision(of, written, this.#history(policy)));
  }

  async prune(policy: Policy, inUse: ReadonlySet<string>): Promise<void> {
    for (const old of surplusRevisions(this.#history(policy), revisionsKept, inUse)) {
      await deleteObject(this.#options.kube, controllerRevisions, old);
    }
  }

  async withdraw(policy: Policy, requests: readonly RequestName[]): Promise<void> {
    const annotations = Object.fromEntries(requests.map((name) => [policyAnnotations[name], null]));
    await patchObject(this.#options.kube, policies, policy, { metadata: { annotations } });
  }

  tell(policy: Policy, { type, reason, message }: News): void {
    this.#options.recorder.note({ resource: policies, object: policy, type, reason, message });
  }

  #history(policy: Policy): ControllerRevision[] {
    return revisionsOf(policy, this.reflectors.revisions.store.values());
  }
}

const revisionIn = ({ metadata, data }: ControllerRevision): Revision => ({
  name: metadata.name,
  written: data as Written,
});
