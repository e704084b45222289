import { expect, test } from "vitest";
import { claim, type Lease, LeaseWatch, released } from "./lease.ts";

const lease = (version: string, spec: Lease["spec"]): Lease => ({
  metadata: { name: "l", namespace: "n", resourceVersion: version },
  spec: spec!,
});
const ownMs = 15_000;

test("another's lease runs out so long after this machine saw it change, whatever times it holds", () => {
  const watch = new LeaseWatch();
  const held = (version: string, nowMs: number, renewTime: string) =>
    watch.heldByOther(lease(version, { holderIdentity: "b", leaseDurationSeconds: 15, renewTime }), "a", ownMs, nowMs);
  expect(held("1", 0, "1999-01-01T00:00:00.000000Z")).toBe(true);
  expect(held("1", 14_999, "1999-01-01T00:00:00.000000Z")).toBe(true);
  expect(held("2", 14_999, "1998-01-01T00:00:00.000000Z")).toBe(true);
  expect(held("2", 29_998, "2999-01-01T00:00:00.000000Z")).toBe(true);
  expect(held("2", 29_999, "2999-01-01T00:00:00.000000Z")).toBe(false);
});

test("a holder cannot claim for ever, nor for less than its followers need to be sure", () => {
  const endless = lease("1", { holderIdentity: "b", leaseDurationSeconds: 1e9 });
  const watch = new LeaseWatch();
  expect([0, 59_999, 60_000].map((nowMs) => watch.heldByOther(endless, "a", ownMs, nowMs))).toEqual([
    true,
    true,
    false,
  ]);
  const brief = lease("1", { holderIdentity: "b", leaseDurationSeconds: 0 });
  const other = new LeaseWatch();
  expect([0, 14_999, 15_000].map((nowMs) => other.heldByOther(brief, "a", ownMs, nowMs))).toEqual([true, true, false]);
});

test("a lease that was given away, or is one's own, is free at once", () => {
  const watch = new LeaseWatch();
  const held = claim(lease("1", {}), "b", ownMs, 0);
  expect(watch.heldByOther(held, "a", ownMs, 0)).toBe(true);
  expect(watch.heldByOther(released(held, 0), "a", ownMs, 0)).toBe(false);
  expect(watch.heldByOther(held, "b", ownMs, 0)).toBe(false);
});

test("transitions count the hand-overs, and a renewal keeps the time of acquisition", () => {
  const first = claim(lease("1", {}), "a", ownMs, 0);
  expect(first.spec).toMatchObject({ leaseTransitions: 1, acquireTime: "1970-01-01T00:00:00.000000Z" });
  const renewed = claim(first, "a", ownMs, 5_000);
  expect(renewed.spec).toMatchObject({
    leaseTransitions: 1,
    acquireTime: "1970-01-01T00:00:00.000000Z",
    renewTime: "1970-01-01T00:00:05.000000Z",
  });
  expect(claim(renewed, "b", ownMs, 9_000).spec).toMatchObject({ leaseTransitions: 2, holderIdentity: "b" });
});
