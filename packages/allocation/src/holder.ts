import { type Lease, type LeaseReport, type Term, versionOfWire } from "@sluice/contracts";
import { reportEveryMs } from "./timing.ts";

/** What has to survive a restart of the daemon. `endsMs` is on the clock of that `boot`. */
export interface SavedLease {
  readonly boot: string;
  readonly term: number;
  readonly epoch: number;
  readonly bytesPerSecond: number;
  readonly floorBytesPerSecond: number;
  readonly burstBytes: number;
  readonly endsMs: number;
}

export interface HolderOptions {
  readonly policy: string;
  readonly device: string;
  /** A new identity for each start of the daemon. */
  readonly run: string;
  /** Identity of the machine's boot, within which its clock goes on: a lease of another boot cannot be shown to live. */
  readonly boot: string;
  /** Last known good; null on a new disk. */
  readonly saved: SavedLease | null;
}

/** What only the rest of the daemon can say. */
export type Account = Pick<LeaseReport, "bid" | "idle" | "meter">;

/**
 * What became of an offered lease. `changed`: in force, to be saved, and acknowledged once it is; `renewed`: as before, for
 * longer; the others leave everything as it was.
 */
export type Offered = "changed" | "renewed" | "not-mine" | "not-asked-for" | "superseded" | "ended";

const nothing = { term: 0, epoch: 0, bytesPerSecond: 0, floorBytesPerSecond: 0, burstBytes: 0, endsMs: 0 };

/**
 * The device's side of the lease protocol. Pure: `nowMs` comes from a clock that counts on while the machine sleeps
 * and never goes back during a boot (on Linux CLOCK_BOOTTIME, which Node calls `os.uptime()`).
 *
 * A lease counts from the report that it answers, not from its arrival: however late it comes, it ends when the operator
 * thinks so. A device alone falls back to its floor when its lease ends.
 */
export class LeaseHolder {
  #held: SavedLease;
  #seenTerm: number;
  /** Epoch, within the term that is held, of a change that is not on disk yet. */
  #unsaved: number | null = null;
  #unacknowledged = false;
  #reportedMs = Number.NEGATIVE_INFINITY;
  #reportedIdle = false;
  #countedBytes = new Map<string, number>();
  readonly #options: HolderOptions;

  constructor(options: HolderOptions) {
    const { saved, boot } = options;
    this.#options = options;
    this.#held = saved?.boot === boot ? saved : { ...nothing, ...saved, boot, endsMs: 0 };
    this.#seenTerm = this.#held.term;
  }

  /** Bytes a second that may be sent now. */
  rate(nowMs: number): number {
    return nowMs < this.#held.endsMs ? this.#held.bytesPerSecond : this.#held.floorBytesPerSecond;
  }

  /** Most that may have been saved up. */
  get burstBytes(): number {
    return this.#held.burstBytes;
  }

  /** When {@link rate} falls to the floor unless the lease is renewed. */
  get endsMs(): number {
    return this.#held.endsMs;
  }

  get floorBytesPerSecond(): number {
    return this.#held.floorBytesPerSecond;
  }

  /** Last known good, to be on disk before the next report. */
  get toSave(): SavedLease {
    return this.#held;
  }

  /** What is on disk now, and will be after a power cut. */
  saved({ term, epoch }: SavedLease): void {
    if (this.#unsaved !== null && term === this.#held.term && epoch >= this.#unsaved) this.#unsaved = null;
  }

  /** The policy's term key changed. A new operator waits to hear from the device. */
  seeTerm({ open, policy, term }: Term): void {
    if (!open || policy !== this.#options.policy || term <= this.#seenTerm) return;
    this.#seenTerm = term;
    this.#unacknowledged = true;
  }

  /** The device's lease key changed, or was read again. */
  offer(lease: Lease, nowMs: number): Offered {
    const endsMs = lease.answers.sentMs + lease.ttlMs;
    if (lease.policy !== this.#options.policy || lease.device !== this.#options.device) return "not-mine";
    if (lease.answers.run !== this.#options.run || lease.answers.sentMs > this.#reportedMs) return "not-asked-for";
    if (lease.term < this.#seenTerm || !this.#isNewer(lease)) return "superseded";
    if (endsMs <= nowMs) return "ended";
    const changed = this.#differs(lease, nowMs);
    const { term, epoch, bytesPerSecond, floorBytesPerSecond, burstBytes, usage } = lease;
    this.#held = { boot: this.#options.boot, term, epoch, bytesPerSecond, floorBytesPerSecond, burstBytes, endsMs };
    this.#seenTerm = term;
    this.#countedBytes = new Map(usage.meters.map((meter) => [meter.id, meter.bytes]));
    if (changed) this.#unsaved = epoch;
    this.#unacknowledged ||= changed;
    return changed ? "changed" : "renewed";
  }

  /** Whether the operator should hear from the device: an acknowledgement is due, it woke up, or it is time. */
  wantsReport(nowMs: number, idle: boolean): boolean {
    if (this.#unsaved !== null || Math.floor(nowMs) <= this.#reportedMs) return false;
    const woke = this.#reportedIdle && !idle;
    return this.#unacknowledged || woke || nowMs - this.#reportedMs >= reportEveryMs;
  }

  /** What to write to the device's report key; null while what is held has not been saved. */
  report(nowMs: number, account: Account): LeaseReport | null {
    if (this.#unsaved !== null) return null;
    const { policy, device, run } = this.#options;
    const { term, epoch, floorBytesPerSecond } = this.#held;
    this.#reportedMs = Math.floor(nowMs);
    this.#reportedIdle = account.idle;
    this.#unacknowledged = false;
    const held = { term, epoch, bytesPerSecond: this.rate(nowMs), floorBytesPerSecond };
    const countedBytes = this.#countedBytes.get(account.meter.id) ?? account.meter.countedBytes;
    const meter = { ...account.meter, countedBytes };
    return {
      version: versionOfWire,
      policy,
      device,
      run,
      sentMs: this.#reportedMs,
      term: this.#seenTerm,
      held,
      ...account,
      meter,
    };
  }

  /** The last report did not get through: another is due. */
  retry(): void {
    this.#unacknowledged = true;
  }

  #isNewer({ term, epoch }: Lease): boolean {
    return term > this.#held.term || (term === this.#held.term && epoch > this.#held.epoch);
  }

  #differs(lease: Lease, nowMs: number): boolean {
    const { floorBytesPerSecond, burstBytes } = this.#held;
    return (
      lease.bytesPerSecond !== this.rate(nowMs) ||
      lease.floorBytesPerSecond !== floorBytesPerSecond ||
      lease.burstBytes !== burstBytes
    );
  }
}
