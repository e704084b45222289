import { sameJson } from "@sluice/cluster";
import type { RolloutState } from "@sluice/rollout";
import type { Policy } from "../ports.ts";

/**
 * Remembers from which version of a policy a change of its rollout was decided. While the store still has that version, it
 * is behind what is stored, or the change could not be stored: either way nobody may be told what it says.
 */
export class Decided {
  readonly #versions = new Map<string, string | undefined>();

  isBehind({ metadata }: Policy): boolean {
    return this.#versions.has(metadata.name) && this.#versions.get(metadata.name) === metadata.resourceVersion;
  }

  note({ metadata }: Policy, before: RolloutState | null, after: RolloutState): void {
    if (sameJson(before, after)) this.#versions.delete(metadata.name);
    else this.#versions.set(metadata.name, metadata.resourceVersion);
  }

  forget(policy: string): void {
    this.#versions.delete(policy);
  }
}
