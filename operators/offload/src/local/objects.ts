import { createHash } from "node:crypto";
import { type Change, canonicalJson, type KubeObject, type Resource, revisionName, Store } from "@sluice/cluster";
import { policyAnnotations, SluiceError } from "@sluice/contracts";
import { type Clock, pause } from "@sluice/foundation";
import type { News, RequestName } from "@sluice/rollout";
import { backends, devices, models, policies } from "../kube/resources.ts";
import { type Revision, revisionsKept, type Written } from "../policy/revision.ts";
import type { Objects, Policy } from "../ports.ts";
import { ObjectFiles } from "./files.ts";
import { nothing, PolicyMemory } from "./memory.ts";

/** The one namespace of objects that come from files. */
export const localNamespace = "local";
/** How often files are looked at for changes. */
const lookEveryMs = 500;

export interface FileObjectsOptions {
  /** Files and folders with YAML documents. */
  readonly paths: readonly string[];
  /** Where revisions and status are kept; without it they end with the process. */
  readonly stateFile: string | undefined;
  readonly clock: Clock;
  readonly onProblem: (problem: SluiceError) => void;
  readonly onNews: (policy: string, news: News) => void;
}

type Raw = KubeObject & { readonly spec?: unknown };

/** Objects from YAML files, as `kubectl apply -f` takes them; edits are seen within a second. */
export class FileObjects implements Objects {
  readonly namespace = localNamespace;
  edits = 0;
  complete = false;
  readonly policies: Store<Policy>;
  readonly devices: Store<ReturnType<typeof devices.parse>>;
  readonly models: Store<ReturnType<typeof models.parse>>;
  readonly backends: Store<ReturnType<typeof backends.parse>>;
  readonly #stores: ReadonlyMap<string, Store<KubeObject>>;
  readonly #files: ObjectFiles;
  readonly #memory: PolicyMemory;
  readonly #generations = new Map<string, { generation: number; spec: string; createdAt: string }>();
  readonly #raw = new Map<string, Raw>();
  /** Of what is no policy, by kind and name. */
  readonly #statuses = new Map<string, object>();
  readonly #listeners = new Set<(kind: string, key: string) => void>();
  readonly #options: FileObjectsOptions;

  constructor(options: FileObjectsOptions) {
    this.#options = options;
    this.#files = new ObjectFiles(options.paths, options.onProblem);
    this.#memory = new PolicyMemory(options.stateFile, options.onProblem);
    this.policies = this.#store(policies);
    this.devices = this.#store(devices);
    this.models = this.#store(models);
    this.backends = this.#store(backends);
    const stores: [string, unknown][] = [
      [policies.kind, this.policies],
      [devices.kind, this.devices],
      [models.kind, this.models],
      [backends.kind, this.backends],
    ];
    this.#stores = new Map(stores as [string, Store<KubeObject>][]);
  }

  subscribe(listener: (kind: string, key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the files until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const objects = this.#files.read();
      if (objects) this.#take(objects);
      this.complete = true;
      await pause(this.#options.clock, lookEveryMs, signal);
    }
  }

  revisions({ metadata }: Policy): Revision[] {
    return [...this.#memory.of(metadata.name).revisions];
  }

  record(policy: Policy, written: Written): Promise<Revision> {
    const revision = { name: revisionName(policy, written), written };
    const known = this.revisions(policy);
    if (known.at(-1)?.name !== revision.name) {
      const others = known.filter(({ name }) => name !== revision.name);
      this.#memory.keep(policy.metadata.name, { revisions: [...others, revision] });
    }
    return Promise.resolve(revision);
  }

  prune(policy: Policy, inUse: ReadonlySet<string>): Promise<void> {
    const all = this.revisions(policy);
    const kept = all.filter(({ name }, i) => inUse.has(name) || i >= all.length - revisionsKept);
    if (kept.length < all.length) this.#memory.keep(policy.metadata.name, { revisions: kept });
    return Promise.resolve();
  }

  /** The file keeps them; what counts is that they are known to be answered. */
  withdraw({ metadata }: Policy, requests: readonly RequestName[]): Promise<void> {
    const keys = requests.map((name) => policyAnnotations[name]);
    const withdrawn = Object.fromEntries(keys.map((key) => [key, metadata.annotations?.[key]]));
    this.#remember(metadata.name, { withdrawn: { ...this.#memory.of(metadata.name).withdrawn, ...withdrawn } });
    return Promise.resolve();
  }

  tell(policy: Policy, news: News): void {
    this.#options.onNews(policy.metadata.name, news);
  }

  /** The object's new status; true if it is another one, and then the object comes up again. Only a policy's outlives the process. */
  setStatus(kind: string, { metadata: { name } }: KubeObject, status: object): boolean {
    const id = `${kind} ${name}`;
    const before = kind === policies.kind ? this.#memory.of(name).status : this.#statuses.get(id);
    if (canonicalJson(before) === canonicalJson(status)) return false;
    if (kind === policies.kind) this.#memory.keep(name, { status });
    else this.#statuses.set(id, status);
    this.#putAgain(id);
    return true;
  }

  /** The policy is gone, and nobody holds anything of it. */
  forget(policy: string): void {
    this.#memory.forget(policy);
  }

  /** With what is remembered now the policy is another version. */
  #remember(policy: string, changes: Parameters<PolicyMemory["keep"]>[1]): void {
    this.#memory.keep(policy, changes);
    this.#putAgain(`${policies.kind} ${policy}`);
  }

  #putAgain(id: string): void {
    const raw = this.#raw.get(id);
    if (raw) this.#put(raw.kind!, raw);
  }

  #store<T extends KubeObject>(resource: Resource<T>): Store<T> {
    return new Store<T>(resource, {
      onChange: (change) => this.#changed(resource.kind, change),
      onRejected: ({ error }) => this.#options.onProblem(error),
    });
  }

  #changed(kind: string, { key }: Change): void {
    if (kind === policies.kind || kind === devices.kind) this.edits++;
    for (const listener of this.#listeners) listener(kind, key);
  }

  #take(objects: readonly unknown[]): void {
    const seen = new Map([...this.#stores.keys()].map((kind) => [kind, new Set<string>()]));
    for (const object of objects as (Raw | null)[]) {
      const keys = seen.get(object?.kind ?? "");
      if (object && keys && typeof object.metadata?.name === "string") keys.add(this.#put(object.kind!, object));
      else this.#options.onProblem(strange(object));
    }
    for (const [kind, store] of this.#stores) store.keepOnly(seen.get(kind)!);
  }

  /** As an API server would have it: with a version for what it says, and a generation for each specification. */
  #put(kind: string, raw: Raw): string {
    const { name, labels } = raw.metadata;
    const spec = raw.spec ?? {};
    const memory = kind === policies.kind ? this.#memory.of(name) : nothing;
    const { withdrawn, status = this.#statuses.get(`${kind} ${name}`) } = memory;
    const annotations = without(raw.metadata.annotations, withdrawn);
    this.#raw.set(`${kind} ${name}`, raw);
    const resourceVersion = digest({ spec, labels, annotations, status });
    const { generation, createdAt } = this.#generation(`${kind} ${name}`, canonicalJson(spec));
    const own = { name, namespace: localNamespace, uid: `${kind}-${name}`, resourceVersion, generation };
    const metadata = { ...own, labels, annotations, creationTimestamp: createdAt };
    this.#stores.get(kind)!.put({ apiVersion: raw.apiVersion, kind, metadata, spec, status });
    return `${localNamespace}/${name}`;
  }

  #generation(id: string, spec: string): { generation: number; createdAt: string } {
    const before = this.#generations.get(id);
    if (before?.spec === spec) return before;
    const createdAt = before?.createdAt ?? new Date(this.#options.clock.wallMs()).toISOString();
    const now = { generation: (before?.generation ?? 0) + 1, spec, createdAt };
    this.#generations.set(id, now);
    return now;
  }
}

const digest = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);

const without = (all: Record<string, string> | undefined, gone: Readonly<Record<string, string | undefined>>) =>
  all && Object.fromEntries(Object.entries(all).filter(([key, value]) => value !== gone[key]));

function strange(object: Raw | null): SluiceError {
  const what = `${object?.kind ?? "an object"} ${object?.metadata?.name ?? "without a name"}`;
  return new SluiceError("object-invalid", `${what}: not a kind of Sluice, or without a name`);
}
