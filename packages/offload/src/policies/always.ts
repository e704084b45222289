import type { Policy } from "./policy.ts";

/** Sends every frame for which the budget holds the bytes. */
export const always = (): Policy => ({ wish: () => ({ send: true, reason: "always" }) });
