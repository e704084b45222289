import type { TokenBucket } from "./bucket.ts";

/** Audits whose bytes lie ready. */
const auditsAtHand = 2;

/**
 * Bytes that sends for any other reason leave in the bucket, so that a frame that is drawn at random can go out whatever
 * was sent before it: else frames just after a send, whose answers are best, would never be measured. They are put by
 * from the audits' `share` of what was spent, so that the first sends of a device need not wait for them.
 */
export function auditReserve(bucket: TokenBucket, share: number, bytes: number): number {
  const atHand = Math.min(auditsAtHand * bytes, share * bucket.spentBytes);
  return Math.max(0, Math.min(atHand, bucket.burstBytes - bytes));
}
