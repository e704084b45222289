import { LeaseHolder, type SavedLease } from "@sluice/allocation";
import { type Lease, type LeaseReport, leaseBucket, subjects } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type Shelf, Watch } from "@sluice/messaging";
import type { LeaseBucket } from "./lease-bucket.ts";

/**
 * A device reduced to its holder, on a real bucket: it listens to its keys and reports, and saves in memory. What it says that
 * bytes are worth is the test's to set.
 */
export class SimpleDevice {
  bid: LeaseReport["bid"] = { price: 1, atBytesPerSecond: 1_000, demandBytesPerSecond: 1_000_000 };
  idle = false;
  bytes = 0;
  saved: SavedLease | null = null;
  readonly name: string;
  #holder: LeaseHolder;
  #runs = 0;
  #cancel: () => void = () => {};
  #leave: (() => void)[] = [];
  readonly #policy: string;
  readonly #bucket: LeaseBucket;

  constructor(name: string, policy: string, bucket: LeaseBucket) {
    this.name = name;
    this.#policy = policy;
    this.#bucket = bucket;
    this.#holder = this.start();
  }

  get rate(): number {
    return this.#holder.rate(systemClock.monotonicMs());
  }

  get floor(): number {
    return this.#holder.floorBytesPerSecond;
  }

  get term(): number {
    return this.#holder.toSave.term;
  }

  /** The daemon starts, with what was saved. */
  start(): LeaseHolder {
    const run = `${this.name}-${++this.#runs}`;
    this.#holder = new LeaseHolder({ policy: this.#policy, device: this.name, run, boot: "boot", saved: this.saved });
    const on = <T>(shelf: Shelf<T>, filter: string, onValue: (key: string, value: T) => void) =>
      new Watch({ shelf, filter, onValue, onDelete() {}, onProblem() {}, clock: systemClock, prng: seededPrng(1) });
    const { terms, leases } = this.#bucket;
    const watches = [
      on(terms, leaseBucket.term(this.#policy), (_, term) => this.#holder.seeTerm(term)),
      on(leases, leaseBucket.lease(this.#policy, this.name), (_, lease) => this.#take(lease)),
    ];
    this.#leave = watches.map((watch) => () => watch.stop());
    this.#tick();
    return this.#holder;
  }

  stop(): void {
    this.#cancel();
    for (const leave of this.#leave) leave();
  }

  #take(lease: Lease): void {
    this.#holder.offer(lease, systemClock.monotonicMs());
    this.saved = this.#holder.toSave;
    this.#holder.saved(this.saved);
  }

  #tick(): void {
    const nowMs = systemClock.monotonicMs();
    if (this.#holder.wantsReport(nowMs, this.idle)) {
      const meter = { id: `${this.name}-meter`, bytes: this.bytes, countedBytes: 0 };
      const report = this.#holder.report(nowMs, { bid: this.bid, idle: this.idle, meter });
      const subject = subjects.leaseReport(this.#policy, this.name);
      if (report && !this.#bucket.link.publish(subject, JSON.stringify(report))) this.#holder.retry();
    }
    this.#cancel = systemClock.after(50, () => this.#tick());
  }

  /** Makes it report now, as it does every ten seconds. */
  reportNow(): void {
    this.#holder.retry();
  }
}
