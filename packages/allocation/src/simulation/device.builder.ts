import { type Lease, leaseBucket, subjects, type Term } from "@sluice/contracts";
import type { Bid } from "../claim.ts";
import { LeaseHolder, type SavedLease } from "../holder.ts";
import { Meter, type SavedMeter } from "../meter.ts";
import { type Entry, Line } from "./bucket.builder.ts";
import { policy, type Surroundings } from "./surroundings.builder.ts";
import { SkewedClock } from "./world.builder.ts";

/** So many writes to a disk are cut short by the machine's end. */
const powerCutShare = 0.02;

/** A machine with a disk, whose daemon starts, stops and sends as much as its lease allows. */
export class Device {
  readonly name: string;
  idle = false;
  bid: Bid = { price: 1, atBytesPerSecond: 1_000, demandBytesPerSecond: 100_000 };
  burstsOfAll = 0;
  #clock: SkewedClock;
  #boots = 1;
  #runs = 0;
  #disk: { lease: SavedLease | null; meter: SavedMeter };
  #meters = 1;
  /** Bytes that meters on disks that were lost had counted. */
  #lostMeterBytes = 0;
  #daemon: Daemon | null = null;
  readonly #place: Surroundings;

  constructor(name: string, place: Surroundings) {
    this.name = name;
    this.#place = place;
    this.#clock = new SkewedClock(place.world, place.drift);
    this.#disk = { lease: null, meter: { id: `${name}-1`, bytes: 0 } };
    this.start();
  }

  get running(): boolean {
    return this.#daemon !== null;
  }

  get line(): Line | undefined {
    return this.#daemon?.line;
  }

  get floor(): number {
    return this.#daemon?.holder.floorBytesPerSecond ?? this.#disk.lease?.floorBytesPerSecond ?? 0;
  }

  /** Bytes a second that it sends at, or would if its daemon started again. */
  believes(): number {
    if (this.#daemon) return this.#daemon.holder.rate(this.#clock.now());
    const lease = this.#disk.lease;
    const lives = lease?.boot === this.#boot && this.#clock.now() < lease.endsMs;
    return lives ? lease.bytesPerSecond : (lease?.floorBytesPerSecond ?? 0);
  }

  /** Bytes that all its meters together have counted. */
  get meteredBytes(): number {
    return this.#lostMeterBytes + (this.#daemon?.meter.bytes ?? this.#disk.meter.bytes);
  }

  describe(): string {
    const { believes, floor } = { believes: this.believes(), floor: this.floor };
    return `${this.name}: ${believes} B/s, floor ${floor}${this.running ? "" : ", down"}${this.line?.cut ? ", cut off" : ""}`;
  }

  start(): void {
    if (this.#daemon) return;
    const run = `${this.name}-run-${++this.#runs}`;
    this.#daemon = new Daemon(this, this.#place, this.#clock, this.#disk, run, this.#boot);
  }

  /** The daemon dies; what is on disk stays. */
  crash(): void {
    this.#daemon?.stop();
    this.#daemon = null;
  }

  /** The machine loses its power for a moment. */
  fall(): void {
    this.reboot();
    const { world, law } = this.#place;
    world.after(world.between(0, 5_000), () => {
      this.start();
      law.check(() => `${this.name} came back`);
    });
  }

  /** The machine restarts: its clock begins anew. */
  reboot(): void {
    this.crash();
    this.#boots++;
    this.#clock = new SkewedClock(this.#place.world, this.#place.drift);
  }

  loseDisk(): void {
    this.reboot();
    this.#lostMeterBytes += this.#disk.meter.bytes;
    this.#disk = { lease: null, meter: { id: `${this.name}-${++this.#meters}`, bytes: 0 } };
  }

  get #boot(): string {
    return `${this.name}-boot-${this.#boots}`;
  }
}

/** One run of the daemon: what `services/edge` does around a holder, on a simulated disk and network. */
class Daemon {
  readonly holder: LeaseHolder;
  readonly meter: Meter;
  readonly line: Line;
  #alive = true;
  #tokens = 0;
  #filledMs: number;
  #saves = 0;
  #written = 0;
  readonly #device: Device;
  readonly #place: Surroundings;
  readonly #clock: SkewedClock;
  readonly #disk: { lease: SavedLease | null; meter: SavedMeter };

  constructor(
    device: Device,
    place: Surroundings,
    clock: SkewedClock,
    disk: { lease: SavedLease | null; meter: SavedMeter },
    run: string,
    boot: string,
  ) {
    this.#device = device;
    this.#place = place;
    this.#clock = clock;
    this.#disk = disk;
    this.#filledMs = clock.now();
    this.holder = new LeaseHolder({ policy, device: device.name, run, boot, saved: disk.lease });
    this.meter = new Meter(disk.meter);
    const keys = [leaseBucket.term(policy), leaseBucket.lease(policy, device.name)];
    this.line = new Line(
      place.world,
      place.bucket,
      place.weather,
      (key) => keys.includes(key),
      this.#arrived.bind(this),
    );
    place.world.after(place.world.between(0, 2_000), () => this.#tick());
  }

  stop(): void {
    this.#alive = false;
    this.line.close();
  }

  #arrived(key: string, { value }: Entry): void {
    if (!this.#alive) return;
    if (key === leaseBucket.term(policy)) return this.holder.seeTerm(value as Term);
    this.#fill();
    const nowMs = this.#clock.now();
    const lease = this.#place.bugs.received?.(value as Lease, nowMs) ?? (value as Lease);
    const offered = this.holder.offer(lease, nowMs);
    if (offered !== "changed" && offered !== "renewed") return;
    this.#place.law.check(
      () => `${this.#device.name} took ${lease.bytesPerSecond} B/s of ${lease.term}/${lease.epoch}`,
    );
    if (offered === "changed") this.#save();
    this.#reportIfDue();
  }

  #save(): void {
    const { world, bugs } = this.#place;
    const lease = this.holder.toSave;
    const turn = ++this.#saves;
    world.tell(
      () =>
        `${this.#device.name} holds ${lease.bytesPerSecond} B/s, floor ${lease.floorBytesPerSecond} (${lease.epoch})`,
    );
    if (bugs.acknowledgesUnsaved) this.holder.saved(lease);
    world.after(world.chance(0.05) ? world.between(0, 5_000) : world.between(1, 30), () => {
      if (world.chance(powerCutShare)) return this.#device.fall();
      // Writes to the disk come in order: what was overtaken is not written.
      if (!this.#alive || turn < this.#written) return;
      this.#written = turn;
      this.#disk.lease = lease;
      this.holder.saved(lease);
      this.#reportIfDue();
    });
  }

  #tick(): void {
    if (!this.#alive) return;
    const { world } = this.#place;
    this.#reportIfDue();
    if (world.chance(0.5)) this.#spend();
    world.after(world.between(1_000, 4_000), () => this.#tick());
  }

  #reportIfDue(): void {
    const nowMs = this.#clock.now();
    const { idle, bid } = this.#device;
    if (!this.holder.wantsReport(nowMs, idle)) return;
    const meter = { id: this.meter.id, bytes: this.meter.bytes, countedBytes: 0 };
    const report = this.holder.report(nowMs, { idle, bid, meter });
    if (!report) return;
    if (this.line.cut) this.holder.retry();
    else this.line.tell(subjects.leaseReport(policy, this.#device.name), report);
  }

  #spend(): void {
    this.#fill();
    const { world, law } = this.#place;
    const bytes = Math.floor(this.#tokens * (world.chance(0.5) ? 1 : world.between(0, 1)));
    const toSave = this.meter.toSave(bytes);
    if (toSave) {
      this.#disk.meter = toSave;
      this.meter.saved(toSave);
    }
    this.meter.spend(bytes);
    this.#tokens -= bytes;
    law.sent(bytes, this.#device.burstsOfAll);
  }

  /** A token bucket whose rate falls to the floor when the lease ends. */
  #fill(): void {
    const nowMs = this.#clock.now();
    const leasedMs = Math.max(0, Math.min(nowMs, this.holder.endsMs) - this.#filledMs);
    const aloneMs = nowMs - this.#filledMs - leasedMs;
    const leased = leasedMs === 0 ? 0 : leasedMs * this.holder.rate(this.#filledMs);
    const gained = (leased + aloneMs * this.holder.floorBytesPerSecond) / 1_000;
    this.#tokens = Math.min(this.holder.burstBytes, this.#tokens + gained);
    this.#filledMs = nowMs;
  }
}
