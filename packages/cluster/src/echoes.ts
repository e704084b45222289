import type { Change } from "./store.ts";

/**
 * Knows the changes that are a controller's own writes coming back. Such an echo tells nothing that the one who wrote did not
 * know; and where figures change all the time, each look at an echo would find new ones, write them, and be echoed again.
 */
export class Echoes {
  /** By key: the version that was written and has not come back yet. */
  readonly #due = new Map<string, string>();
  /** By key: while it is being written, the version that came last. */
  readonly #writing = new Map<string, string | undefined>();

  /** Whether a change is news. What comes during a write is judged when that has ended: its version is not known before. */
  isNews({ key, after }: Change): boolean {
    const version = after?.metadata.resourceVersion;
    if (this.#writing.has(key) && version !== undefined) {
      this.#writing.set(key, version);
      return false;
    }
    const own = this.#due.get(key);
    this.#due.delete(key);
    return version === undefined || version !== own;
  }

  begin(key: string): void {
    this.#writing.set(key, undefined);
  }

  /** `version` is the one that was written, if one was. Returns whether news came meanwhile. */
  end(key: string, version: string | undefined): boolean {
    const seen = this.#writing.get(key);
    this.#writing.delete(key);
    if (version !== undefined && seen !== version) this.#due.set(key, version);
    return seen !== undefined && seen !== version;
  }
}
