import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { asSluiceError, type SluiceError } from "@sluice/contracts";
import type { Revision } from "../policy/revision.ts";

interface Memory {
  readonly revisions: readonly Revision[];
  readonly status: object | undefined;
  /** Annotations that count no more, as long as the file says just this. */
  readonly withdrawn: Readonly<Record<string, string | undefined>>;
}

/** Of what nobody has remembered anything. */
export const nothing: Memory = { revisions: [], status: undefined, withdrawn: {} };

/**
 * What a cluster would remember of each policy: its revisions, its status, and which requests were taken off it. In a file, so that another start goes on where
 * this one ended; a file that cannot be read is the beginning, one that cannot be written is a problem and no more.
 */
export class PolicyMemory {
  readonly #policies = new Map<string, Memory>();
  readonly #path: string | undefined;
  readonly #onProblem: (problem: SluiceError) => void;

  constructor(path: string | undefined, onProblem: (problem: SluiceError) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
    if (path !== undefined) this.#load(path);
  }

  of(policy: string): Memory {
    return this.#policies.get(policy) ?? nothing;
  }

  keep(policy: string, changes: Partial<Memory>): void {
    this.#policies.set(policy, { ...this.of(policy), ...changes });
    this.#save();
  }

  forget(policy: string): void {
    if (this.#policies.delete(policy)) this.#save();
  }

  #load(path: string): void {
    try {
      const policies = JSON.parse(readFileSync(path, "utf8")) as Record<string, Partial<Memory>>;
      for (const [name, memory] of Object.entries(policies)) this.#policies.set(name, { ...nothing, ...memory });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#onProblem(asSluiceError(error));
    }
  }

  #save(): void {
    if (this.#path === undefined) return;
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#policies)), { flush: true });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#onProblem(asSluiceError(error));
    }
  }
}
