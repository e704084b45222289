import type { Prng } from "./prng.ts";

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Delay before retry number `attempt` (0 for the first): exponential with full jitter in its upper half, so that a
 * fleet that lost the same server does not return in step.
 */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, prng: Prng): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return ceiling * (0.5 + 0.5 * prng.next());
}
