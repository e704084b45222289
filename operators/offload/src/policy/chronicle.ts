import { news, type Plan, type RolloutState } from "@sluice/rollout";
import type { Objects, Policy } from "../ports.ts";

/** Tells what happened between two looks at a stored rollout. What happened before this process began was told by others. */
export class Chronicle {
  readonly #last = new Map<string, RolloutState>();

  tell(policy: Policy, state: RolloutState, plan: Plan, objects: Objects): void {
    const { name, generation } = policy.metadata;
    const before = this.#last.get(name);
    this.#last.set(name, state);
    const begins = generation === 1 && state.stable === null;
    if (before || begins) for (const item of news(before ?? null, state, plan)) objects.tell(policy, item);
  }

  forget(policy: string): void {
    this.#last.delete(policy);
  }
}
