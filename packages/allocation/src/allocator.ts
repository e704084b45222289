import type { Lease, LeaseReport } from "@sluice/contracts";
import { allocate } from "./allocate.ts";
import { Allowance } from "./allowance.ts";
import type { Candidate } from "./claim.ts";
import type { Fleet, Moment } from "./fleet.ts";
import { grow } from "./growth.ts";
import { type Overview, type Plan, survey } from "./overview.ts";
import { Position } from "./position.ts";
import { count, usedIn } from "./quota.ts";
import { reportEveryMs } from "./timing.ts";

export interface AllocatorOptions {
  readonly policy: string;
  readonly term: number;
  /** Until then leases of earlier terms may live: see {@link Mandate}. */
  readonly quietUntilMs: number;
  /** The last lease of each device that the bucket holds, read after the term was opened. */
  readonly records: readonly Lease[];
  readonly fleet: Fleet;
}

/** Devices that no policy selects and no record names, but that say they hold something: they are told to let go. */
export const strangersBound = 1_000;

/**
 * The operator's side of the lease protocol for one policy and one term. Pure: it is told of reports and of time, and
 * returns leases to be written to the bucket, best effort: a lease counts as held from the moment it is returned
 * until its device acknowledges a later one or its time has passed, whether it is ever written or not.
 *
 * Shrink first, grow after acknowledgement or expiry: {@link rebalance} lowers at once whoever should have less, and
 * raises only by what is free of all that devices may still believe (see {@link grow}).
 */
export class Allocator {
  #fleet: Fleet;
  #allowance: Allowance;
  #plan: Plan = { budget: 0, members: [], allocation: allocate(0, []) };
  #isPlanned = false;
  #urgent = true;
  #announcedMs = Number.NEGATIVE_INFINITY;
  #unannounced = true;
  readonly #positions = new Map<string, Position>();
  readonly #due = new Set<Position>();
  readonly #options: AllocatorOptions;

  constructor(options: AllocatorOptions) {
    this.#options = options;
    this.#fleet = options.fleet;
    this.#allowance = new Allowance(options.fleet);
    const floors = new Map(options.fleet.members.map((m) => [m.device, Math.max(m.floor, m.formerFloor ?? 0)]));
    for (const record of options.records) {
      this.#open(new Position(record.device, record, floors.get(record.device) ?? 0));
    }
    this.setFleet(options.fleet);
  }

  /** Something happened that a {@link rebalance} should not wait for. */
  get urgent(): boolean {
    return this.#urgent;
  }

  /** Devices have to be told of the term: at its beginning, and when one goes on reporting an earlier one. */
  get unannounced(): boolean {
    return this.#unannounced;
  }

  announced(now: Moment): void {
    this.#unannounced = false;
    this.#announcedMs = now.monotonicMs;
  }

  /** The policy was edited, or it selects other devices. */
  setFleet(fleet: Fleet): void {
    this.#fleet = fleet;
    this.#allowance = new Allowance(fleet);
    this.#urgent = true;
    for (const { device, floor, formerFloor = 0 } of fleet.members) {
      if (!this.#positions.has(device)) this.#open(new Position(device, null, Math.max(floor, formerFloor)));
    }
  }

  /** A device's report key changed, or was read; the same report may come again, late, or after a later one. */
  hear(report: LeaseReport, now: Moment): void {
    if (report.policy !== this.#options.policy) return;
    const position = this.#positions.get(report.device) ?? this.#stranger(report);
    if (!position) return;
    position.usage = count(position.usage, report.meter, this.#allowance.period(now), now.wallMs);
    const nowMs = now.monotonicMs;
    if (report.term < this.#options.term) this.#unannounced ||= nowMs - this.#announcedMs >= reportEveryMs;
    if (report.term !== this.#options.term) return;
    const [was, owed] = [position.present(nowMs) && !position.report!.idle, position.owed(nowMs)];
    if (!position.hear(report, nowMs)) return;
    this.#due.add(position);
    this.#urgent ||= was === report.idle || position.owed(nowMs) < owed;
  }

  /**
   * Leases for those who reported and still have no answer: what they had, for longer. In a quiet term a device's first
   * lease is what it held before the term, as far as today's budget leaves room beside what the others may hold. Call it
   * after {@link rebalance} where both are due.
   */
  answer(now: Moment): Lease[] {
    if (this.#due.size === 0) return [];
    const leases: Lease[] = [];
    const nowMs = now.monotonicMs;
    const quiet = this.#quiet(nowMs);
    let free = quiet ? this.#plan.budget - this.#sum((position) => position.mayHold(nowMs)) : 0;
    for (const position of this.#due) {
      if (!position.reachable(nowMs)) continue;
      const held = position.mayHold(nowMs);
      const carries = quiet && !position.everIssued;
      const rate = carries ? Math.max(position.owed(nowMs), Math.min(held, free + held)) : position.granted(nowMs);
      if (carries) free += held - rate;
      leases.push(this.#issue(position, rate, position.floorSent));
    }
    this.#due.clear();
    return leases;
  }

  /** Splits the budget anew. O(n log n) in the number of devices; once a second or two, and when {@link urgent}. */
  rebalance(now: Moment): Lease[] {
    this.#urgent = false;
    const nowMs = now.monotonicMs;
    const budget = this.#allowance.budget([...this.#positions.values()], now);
    const members = this.#fleet.members.map(({ device }) => this.#positions.get(device)!);
    const allocation = allocate(this.#spendable(budget), this.#candidates(nowMs));
    this.#plan = { budget, members, allocation };
    this.#isPlanned = true;
    const selected = new Set(members);
    const leaving = [...this.#positions.values()].filter((position) => !selected.has(position));
    const all = [...members, ...leaving];
    const targets = all.map((_, i) => allocation.rates[i] ?? 0);
    const floors = all.map((_, i) => allocation.floors[i] ?? 0);
    const quiet = this.#quiet(nowMs);
    if (quiet && this.#sum((position) => position.owed(nowMs)) <= budget) return [];
    const growers = all.map((p, i) => ({
      owed: p.owed(nowMs),
      floor: floors[i]!,
      target: quiet || !p.present(nowMs) ? 0 : targets[i]!,
    }));
    const most = grow(budget, growers);
    return all.flatMap((position, i) => this.#move(position, Math.min(targets[i]!, most[i]!), floors[i]!, now));
  }

  /** Devices that left and hold nothing any more: their keys can be deleted. */
  gone(now: Moment): string[] {
    const selected = new Set(this.#fleet.members.map(({ device }) => device));
    const gone = [...this.#positions.values()].filter(
      (p) =>
        !selected.has(p.device) &&
        p.report !== null &&
        p.cleared(now.monotonicMs) &&
        usedIn(p.usage, this.#allowance.period(now)) === 0,
    );
    for (const position of gone) {
      this.#positions.delete(position.device);
      this.#due.delete(position);
    }
    return gone.map(({ device }) => device);
  }

  /** Null before the first {@link rebalance}: nothing is given away yet, which is not a budget of nothing. */
  overview(now: Moment): Overview | null {
    if (!this.#isPlanned) return null;
    const usedBytes = this.#allowance.usedBytes(this.#positions.values(), now);
    const quiet = this.#quiet(now.monotonicMs);
    return { ...survey(this.#plan, [...this.#positions.values()], now.monotonicMs), usedBytes, quiet };
  }

  /** Bytes of this period that one device is known to have sent. */
  usedBytes(device: string, now: Moment): number {
    const position = this.#positions.get(device);
    return position ? usedIn(position.usage, this.#allowance.period(now)) : 0;
  }

  /** Why what a device says it sent cannot be true; null where it can. */
  doubt(device: string): string | null {
    return this.#positions.get(device)?.doubt ?? null;
  }

  #quiet(nowMs: number): boolean {
    return nowMs < this.#options.quietUntilMs;
  }

  #open(position: Position): void {
    this.#positions.set(position.device, position);
  }

  #stranger(report: LeaseReport): Position | null {
    const { bytesPerSecond, floorBytesPerSecond } = report.held;
    if (bytesPerSecond + floorBytesPerSecond === 0) return null;
    if (this.#positions.size >= this.#fleet.members.length + strangersBound) return null;
    const position = new Position(report.device, null, 0);
    this.#open(position);
    return position;
  }

  #candidates(nowMs: number): Candidate[] {
    return this.#fleet.members.map(({ device, floor, cap, weight }) => {
      const position = this.#positions.get(device)!;
      const present = position.present(nowMs);
      const idle = !present || position.report!.idle;
      const previous = present ? { previous: position.granted(nowMs) } : {};
      return { floor, cap, weight, bid: position.bid, idle, ...previous };
    });
  }

  /** The budget less what devices may rely on beyond today's floors; floors themselves are not cut for it. */
  #spendable(budget: number): number {
    const floors = new Map(this.#fleet.members.map(({ device, floor }) => [device, floor]));
    const guaranteed = [...floors.values()].reduce((sum, floor) => sum + floor, 0);
    let excess = 0;
    for (const p of this.#positions.values()) excess += Math.max(0, p.owedFloor - (floors.get(p.device) ?? 0));
    return Math.min(budget, Math.max(guaranteed, budget - excess));
  }

  #sum(of: (position: Position) => number): number {
    let sum = 0;
    for (const position of this.#positions.values()) sum += of(position);
    return sum;
  }

  /** One step of one device towards its target: down at once, up as far as `most`. */
  #move(position: Position, rate: number, floor: number, { monotonicMs }: Moment): Lease[] {
    const granted = position.granted(monotonicMs);
    const settled = position.floorSettled;
    const bytesPerSecond = settled ? rate : Math.max(rate, position.floorSent);
    const floorBytesPerSecond = settled ? Math.min(floor, bytesPerSecond) : position.floorSent;
    const moved = bytesPerSecond !== granted || floorBytesPerSecond !== position.floorSent;
    if (!moved || !position.reachable(monotonicMs)) return [];
    return [this.#issue(position, bytesPerSecond, floorBytesPerSecond)];
  }

  #issue(position: Position, bytesPerSecond: number, floorBytesPerSecond: number): Lease {
    this.#due.delete(position);
    const { burstBytes } = this.#fleet;
    return position.issue(this.#options.term, { bytesPerSecond, floorBytesPerSecond, burstBytes });
  }
}
