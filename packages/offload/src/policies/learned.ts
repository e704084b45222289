import type { Policy } from "./policy.ts";

/**
 * Sends what is expected to be worth more than its bytes cost, and a few frames drawn at random to measure. A draw that
 * the budget cannot pay for at once stands until it can: what is sent at random must not depend on what is in the frame.
 */
export function learned(): Policy {
  let auditDue = false;
  return {
    wish({ value, cost, auditChance, prng }) {
      auditDue = prng.next() < auditChance || auditDue;
      if (auditDue) return { send: true, reason: "audit" };
      return value > cost ? { send: true, reason: "value" } : { send: false, reason: "price" };
    },
    sent() {
      auditDue = false;
    },
  };
}
