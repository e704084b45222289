import type { Policy } from "./policy.ts";

/** Sends nothing: the edge's answers alone. */
export const never = (): Policy => ({ wish: () => ({ send: false, reason: "never" }) });
