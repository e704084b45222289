import type { Lease, LeaseReport } from "@sluice/contracts";
import { describe, expect, test } from "vitest";
import { Allocator, type AllocatorOptions, strangersBound } from "./allocator.ts";
import type { Fleet, Member, Moment } from "./fleet.ts";
import { outstandingLeases, silentAfterMs } from "./position.ts";
import { leaseMs, longest, reportEveryMs } from "./timing.ts";

const wallMs = Date.UTC(2026, 10, 25);
const at = (monotonicMs: number): Moment => ({ monotonicMs, wallMs: wallMs + monotonicMs });
const member = (device: string, over: Partial<Member> = {}): Member => ({
  device,
  floor: 100,
  cap: 1e6,
  weight: 1,
  ...over,
});
const pair: Fleet = { bytesPerSecond: 1_000, burstBytes: 5_000, members: [member("a"), member("b")] };
const options = { policy: "gate", term: 3, quietUntilMs: 0, records: [], fleet: pair };

/** Devices that do as they are told: what each holds, and its reports. */
class Crowd {
  readonly allocator: Allocator;
  readonly held = new Map<
    string,
    { term: number; epoch: number; bytesPerSecond: number; floorBytesPerSecond: number }
  >();
  readonly bids = new Map<string, LeaseReport["bid"]>();
  readonly idle = new Set<string>();
  readonly sent = new Map<string, number>();
  #turn = 0;

  constructor(over: Partial<AllocatorOptions> = {}) {
    this.allocator = new Allocator({ ...options, ...over });
  }

  report(device: string, nowMs: number, over: Partial<LeaseReport> = {}): void {
    const held = this.held.get(device) ?? { term: 0, epoch: 0, bytesPerSecond: 0, floorBytesPerSecond: 0 };
    const meter = { id: "m", bytes: this.sent.get(device) ?? 0, countedBytes: 0 };
    const own = { run: "run", sentMs: ++this.#turn, term: 3, held, bid: this.bids.get(device) ?? null, meter };
    this.allocator.hear(
      { version: 1, policy: "gate", device, idle: this.idle.has(device), ...own, ...over },
      at(nowMs),
    );
  }

  take(leases: readonly Lease[]): void {
    for (const { device, term, epoch, bytesPerSecond, floorBytesPerSecond } of leases)
      this.held.set(device, { term, epoch, bytesPerSecond, floorBytesPerSecond });
  }

  /** Reports of those named, a split, and all leases delivered. */
  round(nowMs: number, devices: readonly string[]): Lease[] {
    for (const device of devices) this.report(device, nowMs);
    const leases = [...this.allocator.rebalance(at(nowMs)), ...this.allocator.answer(at(nowMs))];
    this.take(leases);
    return leases;
  }

  rates(): Record<string, number> {
    return Object.fromEntries([...this.held].map(([device, { bytesPerSecond }]) => [device, bytesPerSecond]));
  }
}

function settled(over: Partial<AllocatorOptions> = {}): Crowd {
  const crowd = new Crowd(over);
  for (let nowMs = 0; nowMs < 4_000; nowMs += 1_000) crowd.round(nowMs, ["a", "b"]);
  return crowd;
}
const bid = (price: number, atBytesPerSecond: number) => ({ price, atBytesPerSecond, demandBytesPerSecond: 1e5 });

describe("a fleet at work", () => {
  test("gets its whole budget, and every report an answer", () => {
    const crowd = settled();
    expect(crowd.rates()).toEqual({ a: 500, b: 500 });
    crowd.report("a", 5_000);
    expect(crowd.allocator.answer(at(5_100))).toMatchObject([
      { device: "a", bytesPerSecond: 500, ttlMs: leaseMs, burstBytes: 5_000 },
    ]);
    expect(crowd.allocator.answer(at(5_200))).toEqual([]);
  });

  test("shrinks one before it grows another: not before the first has acknowledged", () => {
    const crowd = settled();
    crowd.bids.set("a", bid(9, 500)).set("b", bid(1, 500));
    const first = crowd.round(10_000, ["a", "b"]);
    expect(first.map(({ device }) => device).toSorted()).toEqual(["a", "b"]);
    expect(crowd.rates().a).toBe(500);
    expect(crowd.rates().b).toBeLessThan(300);
    const second = crowd.round(11_000, ["b"]);
    expect(second.find(({ device }) => device === "b")!.bytesPerSecond).toBe(crowd.rates().b);
    crowd.round(12_000, ["a"]);
    expect(crowd.rates().a).toBeGreaterThan(700);
    expect(crowd.rates().a! + crowd.rates().b!).toBeLessThanOrEqual(1_000);
  });

  test("lends what is an idle device's own, and gives it back when it wakes", () => {
    const crowd = settled();
    crowd.idle.add("a");
    for (let i = 0; i < 3; i++) crowd.round(10_000 + i * 1_000, ["a", "b"]);
    expect(crowd.rates()).toEqual({ a: 100, b: 900 });
    expect(crowd.allocator.overview(at(12_000))!.leases()).toMatchObject([
      { device: "a", state: "lent", shareBytesPerSecond: 500 },
      { device: "b", state: "held" },
    ]);
    crowd.idle.delete("a");
    for (let i = 0; i < 3; i++) crowd.round(20_000 + i * 1_000, ["a", "b"]);
    expect(crowd.rates()).toEqual({ a: 500, b: 500 });
  });

  test("what a silent device held is free when it must have ended, and not a moment before; its floor never is", () => {
    const crowd = settled();
    const lastMs = 3_000;
    const endMs = lastMs + longest(leaseMs);
    crowd.round(lastMs + silentAfterMs, ["b"]);
    crowd.round(endMs - 1, ["b"]);
    expect(crowd.rates().b).toBe(500);
    expect(crowd.allocator.overview(at(endMs - 1))!.leases()[0]).toMatchObject({ state: "silent" });
    crowd.round(endMs, ["b"]);
    expect(crowd.rates().b).toBe(900);
  });

  test("a device that cannot keep up with its leases gets no more of them", () => {
    const crowd = new Crowd();
    const nowMs = 1_000;
    for (let i = 0; i < outstandingLeases + 5; i++)
      crowd.report("a", nowMs, { held: { term: 0, epoch: 0, bytesPerSecond: 0, floorBytesPerSecond: 0 } });
    let leases = 0;
    for (let i = 0; i < outstandingLeases + 5; i++) {
      crowd.report("a", nowMs + i, { held: { term: 0, epoch: 0, bytesPerSecond: 0, floorBytesPerSecond: 0 } });
      leases += crowd.allocator.answer(at(nowMs + i)).length;
    }
    expect(leases).toBe(outstandingLeases);
  });
});

describe("an edit of the policy", () => {
  test("of the budget lowers everybody at once", () => {
    const crowd = settled();
    crowd.allocator.setFleet({ ...pair, bytesPerSecond: 400 });
    expect(crowd.allocator.urgent).toBe(true);
    crowd.round(10_000, ["a", "b"]);
    expect(crowd.rates()).toEqual({ a: 200, b: 200 });
  });

  test("that deselects a device takes back all of it, floor and all, and only then forgets it", () => {
    const crowd = settled();
    crowd.allocator.setFleet({ ...pair, members: [member("b")] });
    crowd.round(10_000, ["a", "b"]);
    expect(crowd.held.get("a")).toMatchObject({ bytesPerSecond: 0, floorBytesPerSecond: 0 });
    expect(crowd.allocator.gone(at(10_000))).toEqual([]);
    for (let i = 1; i < 4; i++) crowd.round(10_000 + i * 1_000, ["a", "b"]);
    expect(crowd.rates().b).toBe(1_000);
    expect(crowd.allocator.gone(at(14_000))).toEqual(["a"]);
  });

  test("of a floor reserves the larger of the two until the device says which it believes in", () => {
    const crowd = settled();
    crowd.allocator.setFleet({ ...pair, members: [member("a", { floor: 0 }), member("b")] });
    crowd.allocator.rebalance(at(10_000));
    // Nothing is heard of a: its lease ends, its old floor stays.
    const laterMs = 10_000 + 2 * leaseMs;
    crowd.round(laterMs, ["b"]);
    crowd.round(laterMs + 1_000, ["b"]);
    expect(crowd.rates().b).toBe(900);
  });
});

describe("another operator", () => {
  const records = (): Lease[] => {
    const crowd = settled();
    crowd.bids.set("a", bid(3, 500)).set("b", bid(1, 500));
    for (let i = 0; i < 4; i++) crowd.round(10_000 + i * 1_000, ["a", "b"]);
    for (const device of ["a", "b"]) crowd.report(device, 15_000);
    return crowd.allocator.answer(at(15_000));
  };

  test("moves nothing: it renews what devices say they hold, up to what was recorded", () => {
    const found = records();
    const crowd = new Crowd({ term: 3, quietUntilMs: 70_000, records: found });
    crowd.take(found);
    const before = crowd.rates();
    crowd.round(1_000, ["a", "b"]);
    expect(crowd.rates()).toEqual(before);
    for (let i = 0; i < 5; i++) crowd.round(2_000 + i * 1_000, ["a", "b"]);
    expect(crowd.rates()).toEqual(before);
  });

  test("does not take a device's word for more than it was given", () => {
    const found = records();
    const crowd = new Crowd({ quietUntilMs: 70_000, records: found });
    crowd.take(found.map((lease) => ({ ...lease, bytesPerSecond: 1_000, floorBytesPerSecond: 1_000 })));
    crowd.round(1_000, ["a", "b"]);
    expect(crowd.rates()).toEqual(
      Object.fromEntries(found.map(({ device, bytesPerSecond }) => [device, bytesPerSecond])),
    );
  });

  test("carries no lease of a larger budget into a smaller one", () => {
    const found = records();
    const crowd = new Crowd({ quietUntilMs: 70_000, records: found, fleet: { ...pair, bytesPerSecond: 600 } });
    crowd.take(found);
    crowd.round(1_000, ["a", "b"]);
    crowd.round(2_000, ["a", "b"]);
    expect(crowd.rates().a! + crowd.rates().b!).toBeLessThanOrEqual(600);
  });

  test("tells a stranger that holds something to let go, but does not remember any number of them", () => {
    const crowd = new Crowd();
    const holding = { held: { term: 3, epoch: 1, bytesPerSecond: 50, floorBytesPerSecond: 50 } };
    for (let i = 0; i < strangersBound + 50; i++) crowd.report(`stranger-${i}`, 1_000, holding);
    crowd.report("harmless", 1_000);
    const leases = crowd.round(1_000, []);
    expect(leases).toHaveLength(strangersBound);
    expect(new Set(leases.map(({ bytesPerSecond }) => bytesPerSecond))).toEqual(new Set([0]));
  });
});

test("the term is announced at its beginning, and to devices that missed it, but no more often than they report", () => {
  const crowd = new Crowd();
  const stale = (nowMs: number) => crowd.report("a", nowMs, { term: 2 });
  expect(crowd.allocator.unannounced).toBe(true);
  crowd.allocator.announced(at(0));
  stale(reportEveryMs - 1);
  expect(crowd.allocator.unannounced).toBe(false);
  stale(reportEveryMs);
  expect(crowd.allocator.unannounced).toBe(true);
  crowd.allocator.announced(at(reportEveryMs));
  stale(reportEveryMs + 1);
  crowd.report("a", 5 * reportEveryMs);
  expect(crowd.allocator.unannounced).toBe(false);
});

describe("a quota", () => {
  const fleet: Fleet = { ...pair, quota: { bytes: 43_200_000, per: "day" } };

  test("holds the fleet to the rate at which it lasts, and bursts are set aside", () => {
    const crowd = settled({ fleet });
    const rate = crowd.allocator.overview(at(3_000))!.bytesPerSecond;
    expect(rate).toBeLessThanOrEqual(500);
    expect(rate).toBeGreaterThan(480);
  });

  test("is counted on from the records after a restart, and no report is counted twice", () => {
    const crowd = settled({ fleet });
    crowd.sent.set("a", 30_000_000);
    crowd.report("a", 10_000);
    crowd.report("a", 11_000);
    const found = [...crowd.allocator.rebalance(at(11_000)), ...crowd.allocator.answer(at(11_000))];
    const next = new Crowd({ fleet, records: found });
    next.sent.set("a", 30_000_100);
    next.report("a", 20_000);
    expect(next.allocator.usedBytes("a", at(20_000))).toBe(30_000_100);
    next.allocator.rebalance(at(20_000));
    expect(next.allocator.overview(at(20_000))!.usedBytes).toBe(30_000_100);
  });

  test("that is used up leaves nothing, and a new day everything", () => {
    const crowd = settled({ fleet });
    crowd.sent.set("a", 43_200_000);
    crowd.round(10_000, ["a", "b"]);
    crowd.round(11_000, ["a", "b"]);
    expect(crowd.rates()).toEqual({ a: 0, b: 0 });
    const nextDayMs = 86_400_000 + 1_000;
    for (let i = 0; i < 4; i++) crowd.round(nextDayMs + i * 1_000, ["a", "b"]);
    expect(crowd.rates().a).toBeGreaterThan(200);
  });
});
