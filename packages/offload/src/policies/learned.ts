import type { Policy } from "./policy.ts";

/** F1, in frames, below which nothing is sent however cheap bytes are: others have a use for them, or they are saved. */
const leastValue = 0.002;

/**
 * Sends what is expected to be worth more than its bytes cost, and a few frames drawn at random to measure: what is
 * drawn must not depend on what is in the frame, nor on what was sent before it.
 */
export const learned = (): Policy => ({
  audits: true,
  crops: true,
  wish({ value, cost, auditChance, prng }) {
    if (prng.next() < auditChance) return { send: true, reason: "audit" };
    return value > Math.max(cost, leastValue) ? { send: true, reason: "value" } : { send: false, reason: "price" };
  },
});
