import type { Lease, LeaseReport } from "@sluice/contracts";
import { leaseMs, longest } from "./timing.ts";

/** What a bucket may have saved up, before and after an edit of its size. */
const bursts = 2;

/** What a device may hold until `endsMs` by its own clock, or until it says that it holds a later lease. */
interface Holding {
  readonly epoch: number;
  readonly bytesPerSecond: number;
  readonly endsMs: number;
}

/**
 * Holds what a device says it sent against the most that it can have held meanwhile. It is told of every lease, and of every
 * report in order. The bound is wide enough for drifting clocks, and for reports that come minutes late: a lease counts by the
 * clock of the device, as reports do. Who exceeds it counts wrongly, or lies. Each crash of a daemon counts some bytes that were
 * never sent, and nobody knows how many there were: only what one run says is weighed.
 */
export class Doubt {
  /** Why the device's word cannot be true; until its daemon starts anew. */
  reason: string | null = null;
  #last: LeaseReport | null = null;
  #heardMs = 0;
  #holdings: Holding[] = [];
  #floorBytesPerSecond = 0;
  #burstBytes = 0;

  /** Before its first lease of this term it may hold so much. */
  mayHold(bytesPerSecond: number, burstBytes = 0): void {
    this.#holdings.push({ epoch: 0, bytesPerSecond, endsMs: Number.POSITIVE_INFINITY });
    this.#burstBytes = Math.max(this.#burstBytes, burstBytes);
  }

  leased({ epoch, bytesPerSecond, burstBytes, answers, ttlMs }: Lease): void {
    this.#holdings.push({ epoch, bytesPerSecond, endsMs: answers.sentMs + ttlMs });
    this.#burstBytes = Math.max(this.#burstBytes, burstBytes);
  }

  /** `floorBytesPerSecond`: what it may fall back to. */
  hear(report: LeaseReport, floorBytesPerSecond: number, nowMs: number): void {
    const last = this.#last;
    const [sameRun, sameMeter] = [last?.run === report.run, last?.meter.id === report.meter.id];
    const grownBytes = last ? report.meter.bytes - last.meter.bytes : 0;
    const overtaken = sameRun ? report.sentMs <= last!.sentMs : sameMeter && grownBytes < 0;
    if (overtaken) return;
    if (!sameRun) this.#beginRun();
    const spanMs = Math.max(report.sentMs - (last?.sentMs ?? 0), nowMs - this.#heardMs);
    if (sameRun && sameMeter) this.#weigh(grownBytes, spanMs, floorBytesPerSecond);
    this.#last = report;
    this.#heardMs = nowMs;
    this.#floorBytesPerSecond = floorBytesPerSecond;
    this.#holdings = this.#holdings.filter((holding) => mayLast(holding, report));
  }

  /** A daemon that starts goes on with what is on its disk; its clock may be another one. */
  #beginRun(): void {
    this.reason = null;
    this.#holdings = this.#holdings.map((holding) => ({ ...holding, endsMs: Number.POSITIVE_INFINITY }));
  }

  #weigh(grownBytes: number, spanMs: number, floorBytesPerSecond: number): void {
    const rates = this.#holdings.map(({ bytesPerSecond }) => bytesPerSecond);
    const mostBytesPerSecond = Math.max(this.#floorBytesPerSecond, floorBytesPerSecond, ...rates);
    const leasedBytes = (mostBytesPerSecond * longest(spanMs + leaseMs)) / 1_000;
    const mostBytes = Math.ceil(leasedBytes + bursts * this.#burstBytes);
    if (grownBytes < 0) this.reason = "its counter of bytes went back";
    else if (grownBytes > mostBytes) this.reason = "it counts more bytes than its leases allowed";
  }
}

const mayLast = ({ epoch, endsMs }: Holding, { sentMs, term, held }: LeaseReport): boolean =>
  endsMs > sentMs && (held.term !== term || epoch >= held.epoch);
