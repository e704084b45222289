import { drift, leaseMs } from "../timing.ts";

/** What true time may see of spans and rates that devices measure by clocks that are off by `drift`. */
export const tolerated = {
  leaseMs: leaseMs / (1 - drift) + 1,
  speed: 1 + drift,
} as const;
