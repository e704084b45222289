import type { Policy } from "./policy.ts";

/**
 * Sends what is expected to be worth more than its bytes cost, and a few frames drawn at random to measure: what is
 * drawn must not depend on what is in the frame, nor on what was sent before it.
 */
export const learned = (): Policy => ({
  audits: true,
  wish({ value, cost, auditChance: propensity, prng }) {
    if (prng.next() < propensity) return { send: true, reason: "audit", propensity };
    return value > cost ? { send: true, reason: "value", propensity } : { send: false, reason: "price", propensity };
  },
});
