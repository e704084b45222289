import type { Lease, LeaseReport } from "@sluice/contracts";
import { expect, test } from "vitest";
import { Doubt } from "./doubt.ts";

const rate = 1_000;
const burstBytes = 64 << 10;

const report = (bytes: number, run = "run-1", sentMs = 0): LeaseReport => ({
  version: 1,
  policy: "gate",
  device: "cam",
  run,
  sentMs,
  term: 1,
  held: { term: 1, epoch: 1, bytesPerSecond: rate, floorBytesPerSecond: 0 },
  bid: null,
  idle: false,
  meter: { id: "meter", bytes, countedBytes: 0 },
});

/** After a first report at 0 that counts a megabyte, what a second one ten seconds later makes of it. */
function after(second: LeaseReport): Doubt {
  const doubt = new Doubt();
  doubt.mayHold(rate, burstBytes);
  doubt.hear(report(1_000_000), rate, 0);
  doubt.hear(second, rate, 10_000);
  return doubt;
}

test("what a lease and a burst allow is believed, and so is a report that comes late", () => {
  expect(after(report(1_000_000 + 10 * rate + burstBytes, "run-1", 9_000)).reason).toBeNull();
  expect(after(report(1_000_000 + 900 * rate, "run-1", 900_000)).reason).toBeNull();
  expect(after(report(1_000_000, "run-1", 9_000)).reason).toBeNull();
});

test("more than it can have held is not, and neither is a counter that goes back, until the daemon starts anew", () => {
  expect(after(report(2_000_000, "run-1", 9_000)).reason).toContain("more bytes than its leases");
  const back = after(report(999_999, "run-1", 9_000));
  expect(back.reason).toContain("went back");
  back.hear(report(999_999, "run-1", 20_000), rate, 20_000);
  expect(back.reason).toContain("went back");
  back.hear(report(999_999, "run-2"), rate, 30_000);
  expect(back.reason).toBeNull();
});

test("however often a daemon crashed, what it counted ahead is no lie", () => {
  expect(after(report(3_000_000, "run-5", 9_000)).reason).toBeNull();
});

test("a report that was overtaken says nothing", () => {
  expect(after(report(999_999)).reason).toBeNull();
  expect(after(report(999_999, "run-0", 9_000)).reason).toBeNull();
});

/** The second lease of the term, of a hundred times the rate, in answer to a report at 0. */
const leased: Lease = {
  version: 1,
  policy: "gate",
  device: "cam",
  term: 1,
  epoch: 2,
  answers: { run: "run-1", sentMs: 0 },
  ttlMs: 60_000,
  bytesPerSecond: 100 * rate,
  floorBytesPerSecond: 0,
  burstBytes,
  owedFloorBytesPerSecond: 0,
  usage: { periodStartMs: 0, bytes: 0, countedAtMs: 0, meters: [] },
};

test("a lease that ended since the last report still counts, one that ended before it does not", () => {
  const doubt = new Doubt();
  doubt.hear(report(0), rate, 0);
  doubt.leased(leased);
  doubt.hear(report(5_000_000, "run-1", 65_000), rate, 65_000);
  expect(doubt.reason).toBeNull();
  doubt.hear(report(10_000_000, "run-1", 75_000), rate, 75_000);
  expect(doubt.reason).toContain("more bytes");
});

test("reports that were made while a lease lived are believed, however late they come", () => {
  const doubt = new Doubt();
  doubt.hear(report(0), rate, 0);
  doubt.leased(leased);
  for (const n of [1, 2, 3]) doubt.hear(report(n * 2_000_000, "run-1", n * 20_000), rate, 900_000);
  expect(doubt.reason).toBeNull();
});

test("a lease counts no longer once the device says that it holds a later one", () => {
  const doubt = new Doubt();
  doubt.hear(report(0), rate, 0);
  doubt.leased(leased);
  doubt.leased({ ...leased, epoch: 3, bytesPerSecond: rate });
  const third = (bytes: number, sentMs: number) => ({
    ...report(bytes, "run-1", sentMs),
    held: { term: 1, epoch: 3, bytesPerSecond: rate, floorBytesPerSecond: 0 },
  });
  doubt.hear(third(1_000_000, 9_000), rate, 9_000);
  expect(doubt.reason).toBeNull();
  doubt.hear(third(2_000_000, 19_000), rate, 19_000);
  expect(doubt.reason).toContain("more bytes");
});
