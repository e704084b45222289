import type { Kube } from "./kube.ts";
import { addFinalizer, dropFinalizer } from "./objects.ts";
import type { Outcome } from "./outcome.ts";
import { ready } from "./outcome.ts";
import { type KubeObject, keyOf, type Resource } from "./resource.ts";

export interface Finalizer<T extends KubeObject> {
  /** `sluice.dev/leases`: who cleans up. */
  readonly name: string;
  /** Cleans up; what it throws is tried again. `object` is undefined where it was never well-formed. */
  cleanUp(key: string, object: T | undefined): Promise<void>;
}

/** Keeps objects from vanishing before what was made for them is cleaned up. */
export class Finalizing<T extends KubeObject> {
  readonly #kube: Kube;
  readonly #resource: Resource<T>;
  readonly #finalizer: Finalizer<T> | undefined;

  constructor(kube: Kube, resource: Resource<T>, finalizer: Finalizer<T> | undefined) {
    this.#kube = kube;
    this.#resource = resource;
    this.#finalizer = finalizer;
  }

  /** True where the finalizer was put on just now. */
  async begin(object: KubeObject): Promise<boolean> {
    return this.#finalizer ? addFinalizer(this.#kube, this.#resource, object, this.#finalizer.name) : false;
  }

  /** Of an object that is being deleted: cleans up and lets it go. */
  async end({ metadata }: KubeObject, object: T | undefined): Promise<Outcome> {
    if (this.#finalizer && metadata.finalizers?.includes(this.#finalizer.name)) {
      await this.#finalizer.cleanUp(keyOf({ metadata }), object);
      await dropFinalizer(this.#kube, this.#resource, { metadata }, this.#finalizer.name);
    }
    return ready("being deleted");
  }
}
