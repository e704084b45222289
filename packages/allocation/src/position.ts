import { type Lease, type LeaseReport, type Usage, versionOfWire } from "@sluice/contracts";
import type { Bid } from "./claim.ts";
import { Doubt } from "./doubt.ts";
import { leaseMs, longest } from "./timing.ts";

/** Leases of one device that may live side by side, un-acknowledged; none is handed out beyond. */
export const outstandingLeases = 16;
/** A device that was silent for so long is not counted on: what it does not hold by floor is lent. */
export const silentAfterMs = leaseMs / 2;

const noUsage: Usage = { periodStartMs: 0, bytes: 0, countedAtMs: 0, meters: [] };

interface Issued {
  readonly epoch: number;
  readonly bytesPerSecond: number;
  /** By the operator's clock, with margin for the device's. */
  readonly endsMs: number;
}

/** What a new lease says. */
export interface Grant {
  readonly bytesPerSecond: number;
  readonly floorBytesPerSecond: number;
  readonly burstBytes: number;
}

/**
 * An operator's book of one device: what it was given in this term, what it acknowledged, and so what it may believe it
 * holds. All times are the operator's monotonic ones.
 */
export class Position {
  readonly device: string;
  usage: Usage;
  /** Its last bid while it was busy. */
  bid: Bid | null = null;
  #report: LeaseReport | null = null;
  #heardMs = Number.NEGATIVE_INFINITY;
  #issued: Issued[] = [];
  #epoch = 0;
  /** A floor changes only when the device has acknowledged the one before: it believes in one of these two. */
  #floors: { held: number; sent: number; sentEpoch: number };
  /** Most that it may hold by leases of earlier terms. */
  #former: number;
  readonly #doubt = new Doubt();

  /** `owedFloor`: largest floor that it may believe in, as far as others than the record know. */
  constructor(device: string, record: Lease | null, owedFloor: number) {
    const floor = Math.max(record?.owedFloorBytesPerSecond ?? 0, owedFloor);
    this.device = device;
    this.usage = record?.usage ?? noUsage;
    this.#former = record?.bytesPerSecond ?? 0;
    this.#floors = { held: floor, sent: floor, sentEpoch: 0 };
    this.#doubt.mayHold(this.#former, record?.burstBytes);
  }

  /** The newest report of this term. */
  get report(): LeaseReport | null {
    return this.#report;
  }

  /** Whether it got a lease of this term. */
  get everIssued(): boolean {
    return this.#epoch > 0;
  }

  /** Whether it can be counted on to use what it is given. */
  present(nowMs: number): boolean {
    return this.#report !== null && nowMs - this.#heardMs < silentAfterMs;
  }

  /** Whether a lease that answers its last report could still reach it alive. */
  reachable(nowMs: number): boolean {
    return this.#report !== null && nowMs - this.#heardMs < leaseMs && this.#issued.length < outstandingLeases;
  }

  /** The rate of its newest lease while that may live, else its floor. */
  granted(nowMs: number): number {
    const last = this.#issued.at(-1);
    return last && nowMs < last.endsMs ? last.bytesPerSecond : this.#floors.sent;
  }

  /** Largest floor that it may believe in. */
  get owedFloor(): number {
    return Math.max(this.#floors.held, this.#floors.sent);
  }

  get floorSent(): number {
    return this.#floors.sent;
  }

  get floorSettled(): boolean {
    return this.#floors.held === this.#floors.sent;
  }

  /** Most that it may believe it holds now, as far as this term is concerned. */
  owed(nowMs: number): number {
    if (this.#issued.some(({ endsMs }) => nowMs >= endsMs)) {
      this.#issued = this.#issued.filter(({ endsMs }) => nowMs < endsMs);
    }
    let most = this.owedFloor;
    for (const { bytesPerSecond } of this.#issued) most = Math.max(most, bytesPerSecond);
    return most;
  }

  /** The same with leases of earlier terms, while those may live. */
  mayHold(nowMs: number): number {
    return this.everIssued ? this.owed(nowMs) : Math.max(this.owed(nowMs), this.#former);
  }

  /** Whether it is rid of everything that it was ever given. */
  cleared(nowMs: number): boolean {
    return this.owed(nowMs) === 0;
  }

  /** Takes in a report of this term; false if it says nothing new. */
  hear(report: LeaseReport, nowMs: number): boolean {
    const last = this.#report;
    if (last && last.run === report.run && report.sentMs <= last.sentMs) return false;
    this.#report = report;
    this.#heardMs = nowMs;
    if (!report.idle) this.bid = report.bid;
    if (!last) this.#meet(report);
    this.#doubt.hear(report, this.owedFloor, nowMs);
    if (report.held.term === report.term) this.#acknowledge(report.held.epoch);
    return true;
  }

  /** Why what it says it sent cannot be true; null where it can. */
  get doubt(): string | null {
    return this.#doubt.reason;
  }

  /** A new lease in answer to the last report. */
  issue(term: number, grant: Grant): Lease {
    const { run, sentMs, policy } = this.#report!;
    this.#epoch++;
    const endsMs = this.#heardMs + longest(leaseMs);
    this.#issued.push({ epoch: this.#epoch, bytesPerSecond: grant.bytesPerSecond, endsMs });
    if (grant.floorBytesPerSecond !== this.#floors.sent) {
      this.#floors = { ...this.#floors, sent: grant.floorBytesPerSecond, sentEpoch: this.#epoch };
    }
    const lease = {
      version: versionOfWire,
      policy,
      device: this.device,
      term,
      epoch: this.#epoch,
      answers: { run, sentMs },
      ttlMs: leaseMs,
      ...grant,
      owedFloorBytesPerSecond: this.owedFloor,
      usage: this.usage,
    };
    this.#doubt.leased(lease);
    return lease;
  }

  /**
   * The first report of a term was made after the term began, and from then on the device takes leases of this term only.
   * So its floor is what it says, and what it holds of an earlier lease may be renewed. Its word is taken up to what the
   * records allow: a device that claims more was not given it.
   */
  #meet({ held }: LeaseReport): void {
    const floor = Math.min(held.floorBytesPerSecond, this.owedFloor);
    this.#floors = { held: floor, sent: floor, sentEpoch: 0 };
    this.#former = Math.min(held.bytesPerSecond, this.#former);
  }

  #acknowledge(epoch: number): void {
    this.#issued = this.#issued.filter((issued) => issued.epoch >= epoch);
    if (epoch >= this.#floors.sentEpoch) this.#floors = { ...this.#floors, held: this.#floors.sent };
  }
}
