import type { Term } from "@sluice/contracts";
import { describe, expect, test } from "vitest";
import { Mandate, type MandateOptions } from "./mandate.ts";
import { confirmEveryMs, leaseMs, longest, mandateMs } from "./timing.ts";

const waitMs = longest(mandateMs);
const options: MandateOptions = { policy: "gate", operator: "op-1" };
const entry = (over: Partial<Term>, revision: number) => ({
  term: { version: 1, policy: "gate", term: 7, operator: "op-0", open: true, released: false, ...over },
  revision,
});

/** Lets the mandate do at `nowMs` what it wants to, on a key where every write succeeds. */
function act(mandate: Mandate, revision: number, nowMs: number): Term | null {
  const write = mandate.wants(nowMs);
  if (write) mandate.wrote(revision, nowMs);
  return write?.term ?? null;
}

function claimed(
  over: Partial<MandateOptions> = {},
  before = entry({}, 3) as ReturnType<typeof entry> | null,
): Mandate {
  const mandate = new Mandate({ ...options, ...over });
  mandate.read(before, 0, 0);
  expect(mandate.wants(0)).toMatchObject({ expected: before?.revision ?? 0, term: { open: false } });
  mandate.wrote(4, 0);
  return mandate;
}

function opened(over: Partial<MandateOptions> = {}): Mandate {
  const mandate = claimed(over);
  expect(act(mandate, 5, waitMs)).toMatchObject({ open: true });
  expect(mandate.mayIssue(waitMs)).toBe(true);
  return mandate;
}

describe("taking over", () => {
  test("claims a higher term, waits until the one before has stopped, opens, and is quiet for a lease's life", () => {
    const mandate = claimed();
    expect(mandate.term).toBe(8);
    expect(mandate.wants(waitMs - 1)).toBeNull();
    expect(mandate.mayIssue(waitMs - 1)).toBe(false);
    expect(act(mandate, 5, waitMs)).toMatchObject({ term: 8, open: true });
    expect(mandate.mayIssue(waitMs)).toBe(true);
    expect(mandate.quietUntilMs).toBe(waitMs + longest(leaseMs));
  });

  test("does not wait for one that said that it has stopped", () => {
    const mandate = claimed({}, entry({ released: true }, 3));
    expect(act(mandate, 5, 0)).toMatchObject({ open: true });
    expect(mandate.quietUntilMs).toBeGreaterThan(leaseMs);
  });

  test("waits for nobody where nobody ever was, if the caller knows that; a lost key alone is no proof", () => {
    const virgin = claimed({ virgin: true }, null);
    expect(act(virgin, 5, 0)).toMatchObject({ open: true });
    expect(virgin.quietUntilMs).toBe(0);
    expect(claimed({}, null).wants(0)).toBeNull();
    expect(claimed({ virgin: true }).wants(0)).toBeNull();
  });

  test("terms only rise, also over a bucket that was lost", () => {
    expect(claimed({ above: 40 }, null).term).toBe(41);
    const late = new Mandate(options);
    late.read(null, 0, 1_790_000_000_000);
    expect(late.term).toBe(1_790_000_000_000);
  });

  test("of two that claim at once one is refused, and gives up", () => {
    const mandate = new Mandate(options);
    mandate.read(entry({}, 3), 0, 0);
    mandate.wants(0);
    mandate.wrote(null, 10);
    mandate.read(entry({ term: 8, operator: "op-2", open: false }, 4), 20, 0);
    expect(mandate.lost).toBe(true);
  });

  test("a claim whose answer was lost counts from when it is seen", () => {
    const mandate = new Mandate(options);
    mandate.read(entry({}, 3), 0, 0);
    const write = mandate.wants(0)!;
    mandate.wrote(null, 3_000);
    mandate.read({ term: write.term, revision: 4 }, 3_500, 0);
    expect(mandate.wants(3_500 + waitMs - 1)).toBeNull();
    expect(mandate.wants(3_500 + waitMs)).toMatchObject({ expected: 4, term: { open: true } });
  });
});

describe("staying in charge", () => {
  test("confirms every few seconds, from when the last confirmation was sent", () => {
    const mandate = opened();
    expect(mandate.wants(waitMs + confirmEveryMs - 1)).toBeNull();
    expect(mandate.wants(waitMs + confirmEveryMs)).toMatchObject({ expected: 5 });
    mandate.wrote(6, waitMs + confirmEveryMs + 1_500);
    expect(mandate.mayIssue(waitMs + confirmEveryMs + mandateMs)).toBe(true);
    expect(mandate.mayIssue(waitMs + confirmEveryMs + mandateMs + 1)).toBe(false);
  });

  test("after an outage it reads its own entry again before it goes on", () => {
    const mandate = opened();
    const laterMs = waitMs + 60_000;
    expect(mandate.wants(laterMs)).toBeNull();
    expect(mandate.mustRead).toBe(true);
    mandate.read(entry({ term: 8, operator: "op-1" }, 9), laterMs, 0);
    expect(mandate.wants(laterMs)).toMatchObject({ expected: 9 });
    mandate.wrote(10, laterMs);
    expect(mandate.mayIssue(laterMs)).toBe(true);
  });

  test.each([
    ["another has taken over", entry({ term: 9, operator: "op-2" }, 6)],
    ["the bucket is gone", null],
  ])("is lost when %s", (_, found) => {
    const mandate = opened();
    mandate.wants(waitMs + confirmEveryMs);
    mandate.wrote(null, waitMs + confirmEveryMs);
    mandate.read(found, waitMs + confirmEveryMs, 0);
    expect(mandate.lost).toBe(true);
    expect(mandate.mayIssue(waitMs + confirmEveryMs)).toBe(false);
  });

  test("releases once, and hands out nothing from the moment on", () => {
    const mandate = opened();
    mandate.release();
    expect(mandate.mayIssue(waitMs)).toBe(false);
    expect(act(mandate, 6, waitMs)).toMatchObject({ released: true });
    expect(mandate.lost).toBe(true);
    expect(mandate.wants(waitMs + confirmEveryMs)).toBeNull();
  });

  test("a release before the term is open says nothing: somebody else may still be at work", () => {
    const mandate = claimed();
    mandate.release();
    expect(mandate.wants(waitMs)).toBeNull();
  });
});
