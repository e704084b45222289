import { limits } from "@sluice/contracts";

/** How long a lease lives, from the device's report that it answers. */
export const leaseMs = limits.leaseMs;

/** How often a device reports when nothing else makes it: five reports in a row may be lost before a lease ends. */
export const reportEveryMs = leaseMs / 6;

/** An operator hands out leases only so long after it last confirmed its term, and confirms it so often. */
export const mandateMs = 6_000;
export const confirmEveryMs = 2_000;

/**
 * Clocks are never compared, but they have to run at nearly the same speed: each within this share of true time. Quartz
 * is within 1e-4, a clock that is being slewed within 5e-4.
 */
export const drift = 0.01;

/** What a span of one clock can last at most on another, when both may be off by `share`. */
export const longest = (spanMs: number, share = drift): number => Math.ceil((spanMs * (1 + share)) / (1 - share)) + 1;
