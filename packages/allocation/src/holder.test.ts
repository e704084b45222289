import type { Lease, Term } from "@sluice/contracts";
import { describe, expect, test } from "vitest";
import { type HolderOptions, LeaseHolder, type SavedLease } from "./holder.ts";
import { leaseMs, reportEveryMs } from "./timing.ts";

const options: HolderOptions = { policy: "gate", device: "cam-a", run: "run-1", boot: "boot-1", saved: null };
const account = { bid: null, idle: false, meter: { id: "m", bytes: 0, countedBytes: 0 } };
const term = (number: number, open = true): Term => ({
  version: 1,
  policy: "gate",
  term: number,
  operator: "op",
  open,
  released: false,
});
const lease = (over: Partial<Lease> = {}): Lease => ({
  version: 1,
  policy: "gate",
  device: "cam-a",
  term: 1,
  epoch: 1,
  answers: { run: "run-1", sentMs: 1_000 },
  ttlMs: leaseMs,
  bytesPerSecond: 5_000,
  floorBytesPerSecond: 500,
  burstBytes: 64_000,
  owedFloorBytesPerSecond: 500,
  usage: { periodStartMs: 0, bytes: 0, countedAtMs: 0, meters: [] },
  ...over,
});
const saved: SavedLease = {
  boot: "boot-1",
  term: 1,
  epoch: 4,
  bytesPerSecond: 5_000,
  floorBytesPerSecond: 500,
  burstBytes: 64_000,
  endsMs: 30_000,
};

function reported(over: Partial<HolderOptions> = {}, nowMs = 1_000): LeaseHolder {
  const holder = new LeaseHolder({ ...options, ...over });
  expect(holder.report(nowMs, account)).toMatchObject({ run: "run-1", sentMs: nowMs });
  return holder;
}

describe("a lease", () => {
  test("counts from the report that it answers, however late it comes, and leaves the floor behind", () => {
    const holder = reported();
    expect(holder.offer(lease(), 50_000)).toBe("changed");
    expect(holder.rate(60_999)).toBe(5_000);
    expect(holder.rate(61_000)).toBe(500);
    expect(holder.burstBytes).toBe(64_000);
  });

  test.each([
    ["not-mine", { device: "cam-b" }],
    ["not-mine", { policy: "yard" }],
    ["not-asked-for", { answers: { run: "run-0", sentMs: 1_000 } }],
    ["not-asked-for", { answers: { run: "run-1", sentMs: 1_001 } }],
    ["ended", { answers: { run: "run-1", sentMs: 1_000 }, ttlMs: 500 }],
  ] as const)("is %s with %o, and changes nothing", (outcome, over) => {
    const holder = reported();
    expect(holder.offer(lease(over), 2_000)).toBe(outcome);
    expect(holder.rate(2_000)).toBe(0);
  });

  test("gives way to later ones only: of a higher term, or a higher epoch of the same", () => {
    const holder = reported();
    holder.offer(lease({ epoch: 3 }), 2_000);
    expect(holder.offer(lease({ epoch: 3, bytesPerSecond: 9_000 }), 2_000)).toBe("superseded");
    expect(holder.offer(lease({ epoch: 2, bytesPerSecond: 9_000 }), 2_000)).toBe("superseded");
    expect(holder.offer(lease({ term: 2, epoch: 1, bytesPerSecond: 700 }), 2_000)).toBe("changed");
    expect(holder.offer(lease({ epoch: 9 }), 2_000)).toBe("superseded");
    expect(holder.rate(2_000)).toBe(700);
  });

  test("of a term that is known to be over is not taken; a term that is only claimed is not open yet", () => {
    const holder = reported();
    holder.seeTerm(term(2, false));
    holder.seeTerm({ ...term(9), policy: "yard" });
    expect(holder.offer(lease(), 2_000)).toBe("changed");
    holder.seeTerm(term(2));
    expect(holder.offer(lease({ epoch: 2 }), 2_000)).toBe("superseded");
  });
});

describe("what is acknowledged", () => {
  test("is what is on disk: no report goes out before", () => {
    const holder = reported();
    holder.offer(lease(), 2_000);
    expect(holder.wantsReport(2_000, false)).toBe(false);
    expect(holder.report(2_000, account)).toBeNull();
    holder.saved(holder.toSave);
    expect(holder.wantsReport(2_000, false)).toBe(true);
    expect(holder.report(2_000, account)).toMatchObject({
      term: 1,
      held: { term: 1, epoch: 1, bytesPerSecond: 5_000, floorBytesPerSecond: 500 },
    });
    expect(holder.wantsReport(2_001, false)).toBe(false);
  });

  test("a save that was overtaken by another change does not count", () => {
    const holder = reported();
    holder.offer(lease(), 2_000);
    const first = holder.toSave;
    holder.offer(lease({ epoch: 2, bytesPerSecond: 100, floorBytesPerSecond: 0 }), 2_000);
    holder.saved(first);
    expect(holder.report(2_500, account)).toBeNull();
    holder.saved(holder.toSave);
    expect(holder.report(2_500, account)).toMatchObject({ held: { epoch: 2 } });
  });

  test("a renewal moves nothing, so it needs no disk and no answer", () => {
    const holder = reported();
    holder.offer(lease(), 2_000);
    holder.saved(holder.toSave);
    holder.report(3_000, account);
    expect(holder.offer(lease({ epoch: 2, answers: { run: "run-1", sentMs: 3_000 } }), 3_100)).toBe("renewed");
    expect(holder.endsMs).toBe(63_000);
    expect(holder.wantsReport(3_200, false)).toBe(false);
  });

  test("the count that the operator has reached comes back to it, should it forget", () => {
    const holder = reported();
    holder.offer(
      lease({ usage: { periodStartMs: 0, bytes: 9, countedAtMs: 1, meters: [{ id: "m", bytes: 77 }] } }),
      2_000,
    );
    holder.saved(holder.toSave);
    expect(holder.report(2_000, { ...account, meter: { id: "m", bytes: 90, countedBytes: 0 } })?.meter).toEqual({
      id: "m",
      bytes: 90,
      countedBytes: 77,
    });
  });
});

describe("when to report", () => {
  test("regularly, when it wakes up, and again when it was not heard", () => {
    const holder = new LeaseHolder(options);
    expect(holder.wantsReport(0, true)).toBe(true);
    holder.report(1_000, { ...account, idle: true });
    expect(holder.wantsReport(1_500, true)).toBe(false);
    expect(holder.wantsReport(1_500, false)).toBe(true);
    expect(holder.wantsReport(1_000 + reportEveryMs, true)).toBe(true);
    holder.retry();
    expect(holder.wantsReport(1_500, true)).toBe(true);
  });

  test("when a new term opened, once", () => {
    const holder = reported();
    holder.seeTerm(term(2, false));
    expect(holder.wantsReport(1_500, false)).toBe(false);
    holder.seeTerm(term(2));
    expect(holder.wantsReport(1_500, false)).toBe(true);
    expect(holder.report(1_500, account)?.term).toBe(2);
    holder.seeTerm(term(2));
    expect(holder.wantsReport(1_600, false)).toBe(false);
  });

  test("never twice at the same millisecond, by which answers are told apart", () => {
    const holder = reported();
    holder.retry();
    expect(holder.wantsReport(1_000.9, false)).toBe(false);
  });
});

describe("after a restart", () => {
  test("of the daemon its lease goes on to its end", () => {
    const holder = new LeaseHolder({ ...options, saved });
    expect([holder.rate(29_999), holder.rate(30_000)]).toEqual([5_000, 500]);
  });

  test("of the machine nothing proves that the lease lives: it has its floor", () => {
    const holder = new LeaseHolder({ ...options, boot: "boot-2", saved });
    expect([holder.rate(0), holder.burstBytes]).toEqual([500, 64_000]);
    expect(holder.report(10, account)?.held).toEqual({
      term: 1,
      epoch: 4,
      bytesPerSecond: 500,
      floorBytesPerSecond: 500,
    });
  });
});
