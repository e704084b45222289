import type { LeaseReport } from "@sluice/contracts";
import { aheadBytes } from "./meter.ts";
import { leaseMs, longest } from "./timing.ts";

/** What a bucket may have saved up, before and after an edit of its size. */
const bursts = 2;

/**
 * Holds what a device says it sent against the most that it can have held meanwhile. It is told of every lease, and of every
 * report in order. The bound is wide enough for late reports, drifting clocks and crashes: who exceeds it counts wrongly, or lies.
 */
export class Doubt {
  /** Why the device's word cannot be true; until its daemon starts anew. */
  reason: string | null = null;
  #last: { readonly report: LeaseReport; readonly heardMs: number } | null = null;
  #mostBytesPerSecond = 0;
  #burstBytes = 0;

  /** From now on it may hold so much. */
  mayHold(bytesPerSecond: number, burstBytes = 0): void {
    this.#mostBytesPerSecond = Math.max(this.#mostBytesPerSecond, bytesPerSecond);
    this.#burstBytes = Math.max(this.#burstBytes, burstBytes);
  }

  /** `owedBytesPerSecond`: most that it may hold after this report. */
  hear(report: LeaseReport, owedBytesPerSecond: number, nowMs: number): void {
    const last = this.#last;
    const [sameRun, sameMeter] = [last?.report.run === report.run, last?.report.meter.id === report.meter.id];
    const grownBytes = last ? report.meter.bytes - last.report.meter.bytes : 0;
    const overtaken = sameRun ? report.sentMs <= last!.report.sentMs : sameMeter && grownBytes < 0;
    if (overtaken) return;
    if (!sameRun) this.reason = null;
    if (last && sameMeter) {
      const toldMs = sameRun ? report.sentMs - last.report.sentMs : 0;
      this.#weigh(grownBytes, Math.max(toldMs, nowMs - last.heardMs));
    }
    this.#last = { report, heardMs: nowMs };
    this.#mostBytesPerSecond = owedBytesPerSecond;
  }

  #weigh(grownBytes: number, spanMs: number): void {
    const leasedBytes = (this.#mostBytesPerSecond * longest(spanMs + leaseMs)) / 1_000;
    const mostBytes = Math.ceil(leasedBytes + bursts * this.#burstBytes + aheadBytes);
    if (grownBytes < 0) this.reason = "its counter of bytes went back";
    else if (grownBytes > mostBytes) this.reason = "it counts more bytes than its leases allowed";
  }
}
