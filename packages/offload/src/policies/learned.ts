import type { Policy } from "./policy.ts";

/** Sends what is expected to be worth more than its bytes cost, and a few frames drawn at random to learn from. */
export const learned = (): Policy => ({
  wish({ value, cost, auditChance, prng }) {
    if (prng.next() < auditChance) return { send: true, reason: "audit" };
    return value > cost ? { send: true, reason: "value" } : { send: false, reason: "price" };
  },
});
