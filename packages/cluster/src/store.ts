import { asSluiceError, limits, SluiceError } from "@sluice/contracts";
import { asObject, type KubeObject, keyOf, type ObjectMeta, type Resource } from "./resource.ts";

/** Rejected objects that are remembered; more are counted only. */
const rejectionsKept = 1_000;

/**
 * What became of one object: no `before` where it is new, no `after` where it is gone. Both are alike on a resync, and
 * where the object became malformed: then {@link StoreView.rejection} says so.
 */
export interface Change<T extends KubeObject = KubeObject> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** An object that is not used as it is. Where a well-formed version was known, that one stays in the store. */
export interface Rejection {
  readonly key: string;
  readonly reason: "malformed" | "full";
  readonly error: SluiceError;
  /** Enough to report on the object, and to let go of one that is being deleted. */
  readonly metadata: ObjectMeta;
  /** As it is, unchecked. */
  readonly status: unknown;
}

/** The objects of one kind, as last seen. */
export interface StoreView<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  keys(): Iterable<string>;
  values(): Iterable<T>;
  rejection(key: string): Rejection | undefined;
  rejections(): Iterable<Rejection>;
}

export interface StoreEvents<T extends KubeObject> {
  onChange(change: Change<T>): void;
  onRejected(rejection: Rejection): void;
}

export class Store<T extends KubeObject> implements StoreView<T> {
  readonly #objects = new Map<string, T>();
  readonly #rejected = new Map<string, Rejection>();
  readonly #resource: Resource<T>;
  readonly #events: StoreEvents<T>;
  readonly #maxObjects: number;

  constructor(resource: Resource<T>, events: StoreEvents<T>, maxObjects: number = limits.clusterObjectsPerKind) {
    this.#resource = resource;
    this.#events = events;
    this.#maxObjects = maxObjects;
  }

  get size(): number {
    return this.#objects.size;
  }

  get rejectedSize(): number {
    return this.#rejected.size;
  }

  get = (key: string): T | undefined => this.#objects.get(key);
  keys = (): Iterable<string> => this.#objects.keys();
  values = (): Iterable<T> => this.#objects.values();
  rejection = (key: string): Rejection | undefined => this.#rejected.get(key);
  rejections = (): Iterable<Rejection> => this.#rejected.values();

  /** Takes in what the server sent; returns its key, undefined where it does not even have a name. */
  put(raw: unknown): string | undefined {
    const named = asObject(raw);
    if (!named) return undefined;
    const key = keyOf(named);
    const before = this.#objects.get(key);
    const version = named.metadata.resourceVersion;
    const rejected = this.#rejected.get(key);
    // What found no room is tried again, what was malformed is so until it changes.
    const known = rejected?.reason === "malformed" ? rejected.metadata : before?.metadata;
    if (version !== undefined && known?.resourceVersion === version) return key;
    if (!before && this.#objects.size >= this.#maxObjects) {
      this.#reject(
        named,
        "full",
        new SluiceError("too-large", `${this.#resource.kind} ${key}: ${this.#maxObjects} are kept`),
      );
      return key;
    }
    this.#take(key, named, before);
    return key;
  }

  remove(key: string): void {
    const before = this.#objects.get(key);
    const known = this.#objects.delete(key) || this.#rejected.has(key);
    this.#rejected.delete(key);
    if (known) this.#events.onChange({ key, before, after: undefined });
  }

  /** Forgets what a full list did not hold. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of [...this.#objects.keys(), ...this.#rejected.keys()]) if (!keys.has(key)) this.remove(key);
  }

  /** Tells of every object as if it had changed. */
  announce(): void {
    for (const [key, object] of this.#objects) this.#events.onChange({ key, before: object, after: object });
  }

  #take(key: string, named: KubeObject, before: T | undefined): void {
    let after: T;
    try {
      after = this.#resource.parse(slim(named, this.#resource));
    } catch (error) {
      return this.#reject(named, "malformed", asSluiceError(error, "object-invalid"));
    }
    this.#rejected.delete(key);
    this.#objects.set(key, after);
    this.#events.onChange({ key, before, after });
  }

  #reject(named: KubeObject & { status?: unknown }, reason: Rejection["reason"], error: SluiceError): void {
    const { metadata, status } = slim(named, this.#resource) as typeof named;
    const key = keyOf(named);
    const rejection = { key, reason, error, metadata, status };
    if (this.#rejected.size < rejectionsKept || this.#rejected.has(key)) this.#rejected.set(key, rejection);
    this.#events.onRejected(rejection);
    const known = this.#objects.get(key);
    this.#events.onChange({ key, before: known, after: known });
  }
}

/** Without the notes on who set which field, often half of an object; items of a list lack their kind. */
function slim(object: KubeObject, { apiVersion, kind }: Resource): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as ObjectMeta & { managedFields?: unknown };
  return { ...object, apiVersion, kind, metadata };
}
