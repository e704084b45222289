import type { Fleet, Overview } from "@sluice/allocation";
import type { StoreView } from "@sluice/cluster";
import type { EdgeDevice, InferenceBackend, InferenceModel, OffloadPolicy } from "@sluice/contracts";
import type { News, RequestName } from "@sluice/rollout";
import type { Revision, Written } from "./policy/revision.ts";

/** An object together with its specification as it was written, for those who pass it on. */
export type Stored<T> = T & { readonly written: Written };
export type Policy = Stored<OffloadPolicy>;
export type Model = Stored<InferenceModel>;

/**
 * Where the objects are: a namespace of a cluster, or a folder of files. Stores are keyed by `namespace/name`; all objects
 * of one source are in one namespace.
 */
export interface Objects {
  readonly namespace: string;
  readonly policies: StoreView<Policy>;
  readonly devices: StoreView<EdgeDevice>;
  readonly models: StoreView<Model>;
  readonly backends: StoreView<InferenceBackend>;
  /** Counts changes of policies and devices. */
  readonly edits: number;
  /** Whether everything that there is has been read. */
  readonly complete: boolean;
  /** The policy's recorded specifications, the oldest first. */
  revisions(policy: Policy): Revision[];
  /** Records a specification as the newest, if it is not so already. */
  record(policy: Policy, written: Written): Promise<Revision>;
  /** Forgets old ones that are not in use. */
  prune(policy: Policy, inUse: ReadonlySet<string>): Promise<void>;
  /** Takes requests off the policy, as it is known here: fails, or waits for news, where somebody has written it since. */
  withdraw(policy: Policy, requests: readonly RequestName[]): Promise<void>;
  tell(policy: Policy, news: News): void;
}

/** The devices' policy documents in the broker. */
export interface Documents {
  /** Whether everything that the bucket holds is known. */
  readonly ready: boolean;
  told(device: string): Told | null;
  devices(): Iterable<string>;
  put(device: string, text: string): Promise<void>;
  remove(device: string): Promise<void>;
}

export interface Told {
  readonly policy: string;
  readonly revision: string;
  readonly text: string;
}

/** The leases of all policies. */
export interface Budgets {
  /** From now on the policy grants this; `virgin`: as is known for sure, it never granted anything before. */
  grant(policy: string, fleet: Fleet, virgin: boolean): void;
  /** Takes everything back; true when no device holds more than a floor. */
  withdraw(policy: string): boolean;
  /** Whether it was known who holds what, and is not any more. */
  lost(policy: string): boolean;
  /** Why a device's word on what it sent cannot be true; null where it can. */
  doubt(policy: string, device: string): string | null;
  /** Null while it is not known who holds what. */
  overview(policy: string): Overview | null;
}

/** Asks for one number: rejects, or gives NaN, where there is none. */
export type Ask = (query: string) => Promise<number>;

export const nameOf = (object: { readonly metadata: { readonly name: string } }): string => object.metadata.name;

/** An object of the source by its name. */
export const named = <T>(store: { get(key: string): T | undefined }, { namespace }: Objects, name: string) =>
  store.get(`${namespace}/${name}`);
