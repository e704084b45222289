import type { Policy } from "./policy.ts";

/**
 * Sends what is expected to be worth more than its bytes cost, and a few frames drawn at random to measure: what is
 * drawn must not depend on what is in the frame, nor on what was sent before it.
 */
export const learned = (): Policy => ({
  audits: true,
  wish({ value, cost, auditChance, prng }) {
    if (prng.next() < auditChance) return { send: true, reason: "audit" };
    return value > cost ? { send: true, reason: "value" } : { send: false, reason: "price" };
  },
});
