import type { Policy } from "./policy.ts";

/** Sends each frame with the chance that the budget can pay for. */
export const random = (): Policy => ({
  wish: ({ affordable, prng }) => ({ send: prng.next() < affordable, reason: "random" }),
});
