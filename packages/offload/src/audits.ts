import type { TokenBucket } from "./bucket.ts";

/** Audits, as a part of one, that are owed before anything is put by: at small budgets a send put off is a send lost. */
const owedFirst = 0.5;

/**
 * Bytes of an audit, which sends for any other reason leave in the bucket, so that a frame that is drawn at random can go
 * out whatever was sent before it: else frames just after a send, whose answers are best, would never be measured. They are
 * put by from the audits' `share` of what was spent, so that the first sends of a device need not wait for them.
 */
export function auditReserve(bucket: TokenBucket, share: number, bytes: number): number {
  const owed = share * bucket.spentBytes - owedFirst * bytes;
  return Math.max(0, Math.min(bytes, owed, bucket.burstBytes - bytes));
}
