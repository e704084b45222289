import type { OffloadSpec, PolicyName, Reason } from "@sluice/contracts";
import type { Prng } from "@sluice/foundation";

/** What a policy decides on. */
export interface Situation {
  /** Frames since the last one that was sent; Infinity before the first. */
  readonly framesSinceSent: number;
  /** Expected gain of sending, in F1, and what its bytes cost in the same unit. */
  readonly value: number;
  readonly cost: number;
  /** Chance with which this frame is drawn as an audit. */
  readonly auditChance: number;
  readonly prng: Prng;
}

export interface Wish {
  readonly send: boolean;
  readonly reason: Reason;
}

/** Whether this frame should go to the cloud, budget and link aside. */
export type Policy = (situation: Situation) => Wish;

const policies: Record<PolicyName, (decision: OffloadSpec["decision"]) => Policy> = {
  never: () => () => ({ send: false, reason: "never" }),
  always: () => () => ({ send: true, reason: "always" }),
  periodic:
    ({ every }) =>
    ({ framesSinceSent }) => ({ send: framesSinceSent >= every, reason: "periodic" }),
  value:
    () =>
    ({ value, cost, auditChance, prng }) => {
      if (prng.next() < auditChance) return { send: true, reason: "audit" };
      return value > cost ? { send: true, reason: "value" } : { send: false, reason: "price" };
    },
};

export const policyOf = (decision: OffloadSpec["decision"]): Policy => policies[decision.policy](decision);
