import { type Lease, type LeaseReport, leaseBucket, type Term } from "@sluice/contracts";
import { Allocator } from "../allocator.ts";
import type { Fleet, Moment } from "../fleet.ts";
import { Mandate } from "../mandate.ts";
import { type Entry, Line } from "./bucket.builder.ts";
import { policy, type Surroundings } from "./surroundings.builder.ts";
import { SkewedClock } from "./world.builder.ts";

const tickMs = 400;
const planEveryMs = 2_000;
const wallStartMs = Date.UTC(2026, 10, 2);

const leaseKey = /^lease\./;
const reportSubject = /lease-report/;

/** One run of an operator's process: what `operators/offload` does around a mandate and an allocator. */
export class Operator {
  readonly name: string;
  allocator: Allocator | null = null;
  #mandate: Mandate;
  #alive = true;
  #pausedUntilMs = 0;
  #plannedMs = 0;
  #listing = false;
  #above = 0;
  #fleet: Fleet;
  #known: ReturnType<Surroundings["law"]["learn"]>;
  readonly #reports = new Map<string, LeaseReport>();
  readonly #clock: SkewedClock;
  readonly #place: Surroundings;
  readonly line: Line;

  constructor(name: string, place: Surroundings, fleet: Fleet, virgin: boolean) {
    this.name = name;
    this.#place = place;
    this.#clock = new SkewedClock(place.world, place.drift);
    this.#fleet = this.#seen(fleet);
    this.#known = place.law.learn(fleet.bytesPerSecond);
    this.#mandate = new Mandate({ policy, operator: name, virgin });
    this.line = new Line(
      place.world,
      place.bucket,
      place.weather,
      (key) => reportSubject.test(key),
      (_, entry) => this.#whenRunning(() => this.#hear(entry.value as LeaseReport)),
    );
    place.world.after(0, () => this.#tick());
  }

  get inCharge(): boolean {
    return this.#alive && this.#mayIssue();
  }

  /** The policy changed: what it is now is read when the process gets to it. */
  edited(read: () => Fleet): void {
    this.#whenRunning(() => {
      const fleet = read();
      this.#place.law.forget(this.#known);
      this.#known = this.#place.law.learn(fleet.bytesPerSecond);
      this.#fleet = this.#seen(fleet);
      this.allocator?.setFleet(this.#fleet);
    });
  }

  /** The process stands still; what arrives waits. */
  pause(forMs: number): void {
    this.#pausedUntilMs = this.#place.world.nowMs + forMs;
  }

  /** Ends in order: the successor need not wait. */
  release(): void {
    this.#mandate.release();
    this.#confirm();
    this.#place.world.after(1_000, () => this.crash());
  }

  crash(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.line.close();
    this.#place.law.forget(this.#known);
  }

  now(): Moment {
    return { monotonicMs: this.#clock.now(), wallMs: wallStartMs + this.#place.world.nowMs };
  }

  #seen(fleet: Fleet): Fleet {
    return this.#place.bugs.edited?.(fleet) ?? fleet;
  }

  #whenRunning(act: () => void): void {
    const { world } = this.#place;
    if (!this.#alive) return;
    if (world.nowMs >= this.#pausedUntilMs) return act();
    world.after(this.#pausedUntilMs - world.nowMs, () => this.#whenRunning(act));
  }

  #tick(): void {
    this.#whenRunning(() => {
      this.#confirm();
      if (this.#mandate.lost) this.#beginAnew();
      else if (this.#mayIssue()) this.#work();
      this.#place.world.after(this.#place.world.between(0.5, 1.5) * tickMs, () => this.#tick());
    });
  }

  #mayIssue(): boolean {
    return this.#place.bugs.neverLosesItsMandate && this.allocator ? true : this.#mandate.mayIssue(this.#clock.now());
  }

  #confirm(): void {
    const { monotonicMs } = this.now();
    const key = leaseBucket.mandate(policy);
    const mandate = this.#mandate;
    if (mandate.mustRead) {
      this.line.read(key, (entry) => this.#whenRunning(() => this.#read(mandate, entry)));
      return;
    }
    const write = mandate.wants(monotonicMs);
    if (!write) return;
    this.line.write(key, write.term, write.expected, (revision) =>
      this.#whenRunning(() => mandate.wrote(revision, this.now().monotonicMs)),
    );
  }

  #read(mandate: Mandate, entry: Entry | null): void {
    const found = entry && { term: entry.value as Term, revision: entry.revision };
    const { monotonicMs, wallMs } = this.now();
    mandate.read(found, monotonicMs, wallMs - wallStartMs);
  }

  #beginAnew(): void {
    const { world, bugs } = this.#place;
    if (bugs.neverLosesItsMandate && this.allocator) return this.#work();
    world.tell(() => `${this.name} lost term ${this.#mandate.term}`);
    this.#above = Math.max(this.#above, this.#mandate.term);
    this.#mandate = new Mandate({ policy, operator: `${this.name}-${this.#above}`, above: this.#above });
    this.allocator = null;
    this.pause(world.between(0, 20_000));
  }

  #work(): void {
    if (!this.allocator) return this.#list();
    const now = this.now();
    if (this.allocator.unannounced) this.#announce(this.allocator, now);
    const plans = this.allocator.urgent || now.monotonicMs - this.#plannedMs >= planEveryMs;
    if (plans) this.#plannedMs = now.monotonicMs;
    const leases = [...(plans ? this.allocator.rebalance(now) : []), ...this.allocator.answer(now)];
    for (const lease of leases) this.line.write(leaseBucket.lease(policy, lease.device), lease, undefined, () => {});
    if (leases.length > 0) this.#place.world.tell(() => `${this.name} grants ${leases.map(brief).join(" ")}`);
    this.#place.bugs.issued?.(this.allocator, leases, now);
    for (const device of this.allocator.gone(now)) this.#place.bucket.delete(leaseBucket.lease(policy, device));
    this.#judge();
  }

  #announce(allocator: Allocator, now: Moment): void {
    const term: Term = {
      version: 1,
      policy,
      term: this.#mandate.term,
      operator: this.name,
      open: true,
      released: false,
    };
    this.line.write(leaseBucket.term(policy), term, undefined, () => {});
    allocator.announced(now);
  }

  /** Reads all that the bucket holds, once the term is open. */
  #list(): void {
    if (this.#listing) return;
    this.#listing = true;
    const { world, bucket, bugs } = this.#place;
    const mandate = this.#mandate;
    world.after(world.between(5, 300), () => {
      const values = (keys: RegExp) =>
        [...bucket.entries].filter(([key]) => keys.test(key)).map(([, { value }]) => value);
      const found = values(leaseKey) as Lease[];
      this.#whenRunning(() => {
        this.#listing = false;
        if (mandate !== this.#mandate) return;
        const records = bugs.recovered?.(found) ?? found;
        const quietUntilMs = bugs.neverQuiet ? 0 : mandate.quietUntilMs;
        this.allocator = new Allocator({ policy, term: mandate.term, quietUntilMs, records, fleet: this.#fleet });
        for (const report of this.#reports.values()) this.allocator.hear(report, this.now());
        world.tell(() => `${this.name} is in charge, term ${mandate.term}`);
      });
    });
  }

  #hear(report: LeaseReport): void {
    this.#reports.set(report.device, report);
    this.allocator?.hear(report, this.now());
  }

  #judge(): void {
    const { law } = this.#place;
    for (const device of law.devices) {
      const counted = this.allocator!.usedBytes(device.name, this.now());
      if (counted > 0) law.counted(device.name, counted, device.meteredBytes);
      law.doubted(device.name, this.allocator!.doubt(device.name));
    }
  }
}

const brief = ({ device, epoch, bytesPerSecond, floorBytesPerSecond }: Lease): string =>
  `${device}/${epoch}:${bytesPerSecond}/${floorBytesPerSecond}`;
