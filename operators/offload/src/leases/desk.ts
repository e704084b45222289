import { Allocator, type Fleet, Mandate, type Moment, type Overview, type TermWrite } from "@sluice/allocation";
import { asSluiceError, type Lease, type LeaseReport, leaseBucket, SluiceError, subjects } from "@sluice/contracts";
import { type Clock, type Prng, pause } from "@sluice/foundation";
import { decodeLeaseReport, type Incoming } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import type { LeaseBucket } from "./lease-bucket.ts";
import { LeaseWriter } from "./lease-writer.ts";

const tickMs = 250;
/**
 * The budget is split anew so often, and at once when something happened that should not wait; in a fleet where something
 * always does, a split that took a while waits for so many times as long.
 */
const planEveryMs = 2_000;
const restShare = 9;
/** An operator that lost its term lets the one who took it work before it tries again. */
const lostPauseMs = { least: 5_000, most: 20_000 };
/** Reports that may wait to be read: all of a large fleet report when a term opens. */
const reportsPendingMax = 16_384;
/** Devices whose leases and last reports are remembered. */
const rememberedMax = 100_000;

export interface DeskOptions {
  readonly bucket: LeaseBucket;
  readonly policy: string;
  /** Identity of this process, new with each start. */
  readonly operator: string;
  readonly fleet: Fleet;
  /** Nobody ever handed out leases under this policy, as the caller knows for sure: then nobody has to be waited for. */
  readonly virgin?: boolean;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly metrics?: Pick<Metrics, "inc" | "observe">;
  /** What was ignored, or why leases are not handed out for the moment; the same may come again and again. */
  readonly onProblem: (problem: SluiceError) => void;
  /** What a device says it sent has become doubtful, or is so no more. */
  readonly onDoubt?: (device: string) => void;
}

/** How a desk does, for status and metrics. */
export interface DeskState {
  /** Whether it hands out leases; if not, another operator may, or the broker cannot be reached. */
  readonly inCharge: boolean;
  /** The term that it claimed; 0 while there is none. */
  readonly term: number;
  /** What the fleet holds; null while the desk is not in charge: then it does not know. */
  readonly overview: Overview | null;
  /** Whether it was in charge before, and is not now. */
  readonly lost: boolean;
  /** Reports that were ignored, and writes of leases that failed, since it opened. */
  readonly ignoredReports: number;
  readonly failedWrites: number;
}

/**
 * Hands out the leases of one policy, with the protocol of `packages/allocation` on the bucket of leases. It begins at
 * once, goes on over every loss of the broker or of the bucket, and steps back where another operator took over.
 */
export class LeaseDesk {
  #fleet: Fleet;
  #mandate: Mandate;
  #allocator: Allocator | null = null;
  #plannedMs = Number.NEGATIVE_INFINITY;
  #planTookMs = 0;
  #ignored = 0;
  #lost = false;
  readonly #reports = new Map<string, LeaseReport>();
  readonly #issued = new Map<string, Lease>();
  readonly #leave: () => void;
  readonly #writer: LeaseWriter;
  readonly #closing = new AbortController();
  readonly #options: DeskOptions;
  readonly #running: Promise<void>;

  constructor(options: DeskOptions) {
    const { bucket, policy, operator, fleet, virgin = false } = options;
    this.#options = options;
    this.#fleet = fleet;
    this.#mandate = new Mandate({ policy, operator, virgin });
    const count = (fate: string) => options.metrics?.inc("sluice_operator_lease_writes_total", { fate });
    const put = async (lease: Lease) => {
      await bucket.leases.put(leaseBucket.lease(policy, lease.device), lease);
      count("ok");
    };
    this.#writer = new LeaseWriter(put, (problem) => {
      count("failed");
      options.onProblem(problem);
    });
    const onOverflow = () => this.#ignore(new SluiceError("overloaded", `lease reports of ${policy} wait too long`));
    const intake = { maxPending: reportsPendingMax, newest: true, onOverflow };
    this.#leave = bucket.link.subscribe(subjects.leaseReportAll(policy), intake, (message) => this.#hear(message));
    this.#running = this.#run();
  }

  /** The policy was edited, or selects other devices. */
  setFleet(fleet: Fleet): void {
    this.#fleet = fleet;
    this.#allocator?.setFleet(fleet);
  }

  get state(): DeskState {
    const inCharge = this.#allocator !== null && this.#mandate.mayIssue(this.#now().monotonicMs);
    return {
      inCharge,
      term: this.#mandate.term,
      overview: inCharge ? this.#allocator!.overview(this.#now()) : null,
      ignoredReports: this.#ignored,
      lost: this.#lost && !inCharge,
      failedWrites: this.#writer.failed,
    };
  }

  /** Why what a device says it sent cannot be true; null where it can, or where that is not known. */
  doubt(device: string): string | null {
    return this.#allocator?.doubt(device) ?? null;
  }

  /** Hands out nothing more. In order, the successor need not wait; leases live on to their ends. */
  async close(): Promise<void> {
    this.#mandate.release();
    this.#closing.abort();
    this.#leave();
    this.#writer.clear();
    await this.#running;
    await this.#confirm().catch(() => {
      // The successor waits, as after a crash.
    });
  }

  async #run(): Promise<void> {
    const { clock, prng, onProblem } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#step().catch((error: unknown) => onProblem(asSluiceError(error)));
      await pause(clock, tickMs * (0.75 + 0.5 * prng.next()), signal);
    }
  }

  async #step(): Promise<void> {
    if (this.#mandate.lost) return this.#beginAnew();
    await this.#confirm();
    if (!this.#mandate.mayIssue(this.#now().monotonicMs)) return;
    if (this.#allocator) return this.#handOut(this.#allocator);
    await this.#takeStock();
  }

  /** Claims the term, or confirms it. */
  async #confirm(): Promise<void> {
    const { bucket, policy } = this.#options;
    const mandate = this.#mandate;
    const key = leaseBucket.mandate(policy);
    if (mandate.mustRead) {
      const entry = await bucket.mandates.get(key);
      if (entry && !entry.value.ok) this.#options.onProblem(entry.value.error);
      const found = entry?.value.ok ? { term: entry.value.value, revision: entry.revision } : null;
      mandate.read(found, this.#now().monotonicMs, this.#now().wallMs);
    }
    const write = mandate.wants(this.#now().monotonicMs);
    if (write) await this.#write(mandate, key, write);
  }

  async #write(mandate: Mandate, key: string, { term, expected }: TermWrite): Promise<void> {
    try {
      const revision = await this.#options.bucket.mandates.swap(key, term, expected);
      mandate.wrote(revision, this.#now().monotonicMs);
    } catch (error) {
      mandate.wrote(null, this.#now().monotonicMs);
      throw error;
    }
  }

  /** Another operator has taken over, or the bucket was lost. */
  async #beginAnew(): Promise<void> {
    const { policy, operator, clock, prng } = this.#options;
    const { term } = this.#mandate;
    this.#lost = true;
    this.#allocator = null;
    this.#writer.clear();
    this.#mandate = new Mandate({ policy, operator, above: term });
    this.#options.onProblem(new SluiceError("not-leader", `leases of policy ${policy}: term ${term} was lost`));
    await pause(clock, lostPauseMs.least + prng.next() * (lostPauseMs.most - lostPauseMs.least), this.#closing.signal);
  }

  /** What devices were last given, read once the term is open; what the bucket lost, this process may remember. */
  async #takeStock(): Promise<void> {
    const { bucket, policy } = this.#options;
    const { term, quietUntilMs } = this.#mandate;
    const records = new Map(this.#issued);
    for (const { value, key } of await bucket.leases.list(leaseBucket.leases(policy))) {
      if (!value.ok) this.#options.onProblem(new SluiceError(value.error.code, `${key}: ${value.error.message}`));
      else if (key === leaseBucket.lease(policy, value.value.device)) keepLater(records, value.value);
    }
    if (this.#mandate.term !== term) return;
    this.#allocator = new Allocator({ policy, term, quietUntilMs, records: [...records.values()], fleet: this.#fleet });
    for (const report of this.#reports.values()) this.#allocator.hear(report, this.#now());
  }

  /** Decided and handed over within one turn of the event loop: the mandate was looked at a moment ago. */
  #handOut(allocator: Allocator): void {
    const now = this.#now();
    if (allocator.unannounced) this.#announce(allocator, now);
    const pauseMs = allocator.urgent ? Math.min(planEveryMs, restShare * this.#planTookMs) : planEveryMs;
    const plans = now.monotonicMs - this.#plannedMs >= pauseMs;
    const leases = [...(plans ? allocator.rebalance(now) : []), ...allocator.answer(now)];
    if (plans) this.#planned(now);
    for (const lease of leases) this.#remember(lease);
    this.#writer.add(leases);
    if (plans) for (const device of allocator.gone(now)) this.#bury(device);
  }

  #planned({ monotonicMs }: Moment): void {
    this.#plannedMs = monotonicMs;
    this.#planTookMs = this.#now().monotonicMs - monotonicMs;
    this.#options.metrics?.observe("sluice_operator_lease_turn_seconds", {}, this.#planTookMs / 1_000);
  }

  #announce(allocator: Allocator, now: Moment): void {
    const { bucket, policy, operator, onProblem } = this.#options;
    const term = { version: 1, policy, term: this.#mandate.term, operator, open: true, released: false };
    allocator.announced(now);
    bucket.terms.put(leaseBucket.term(policy), term).catch(onProblem);
  }

  #bury(device: string): void {
    const { bucket, policy, onProblem } = this.#options;
    this.#issued.delete(device);
    this.#reports.delete(device);
    bucket.leases.delete(leaseBucket.lease(policy, device)).catch(onProblem);
  }

  #hear({ subject, payload }: Incoming): void {
    const decoded = decodeLeaseReport(payload);
    if (!decoded.ok) return this.#ignore(new SluiceError(decoded.error.code, `${subject}: ${decoded.error.message}`));
    const report = decoded.value;
    if (subject !== subjects.leaseReport(report.policy, report.device)) {
      return this.#ignore(
        new SluiceError("bad-request", `${subject}: it speaks of ${report.policy} and ${report.device}`),
      );
    }
    if (this.#reports.size < rememberedMax || this.#reports.has(report.device))
      this.#reports.set(report.device, report);
    const before = this.doubt(report.device);
    this.#allocator?.hear(report, this.#now());
    if (this.doubt(report.device) !== before) this.#options.onDoubt?.(report.device);
  }

  #ignore(problem: SluiceError): void {
    this.#ignored++;
    this.#options.onProblem(problem);
  }

  #remember(lease: Lease): void {
    if (this.#issued.size < rememberedMax || this.#issued.has(lease.device)) this.#issued.set(lease.device, lease);
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }
}

function keepLater(records: Map<string, Lease>, lease: Lease): void {
  const known = records.get(lease.device);
  const later = !known || lease.term > known.term || (lease.term === known.term && lease.epoch > known.epoch);
  if (later) records.set(lease.device, lease);
}
