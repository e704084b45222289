import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptiest, fullest, type ReplicaLoad, replicasNeeded, utilisationFor } from "./staffing.ts";

const aim = { targetDelayMs: 50, reactMs: 5_000 };
const replica = (said: Partial<ReplicaLoad> = {}): ReplicaLoad => ({
  arrivalsPerSecond: 20,
  serviceMs: 50,
  queued: 0,
  workers: 1,
  ...said,
});

/** Mean wait in milliseconds of a worker whose requests arrive at random, each of which takes about `serviceMs`. */
function meanWaitMs(perSecond: number, serviceMs: number, service: "exponential" | "constant"): number {
  const prng = seededPrng(7);
  const drawn = () => -Math.log(1 - prng.next());
  const requests = 200_000;
  let [atMs, freeMs, waitedMs] = [0, 0, 0];
  for (let request = 0; request < requests; request++) {
    atMs += (1_000 / perSecond) * drawn();
    waitedMs += Math.max(0, freeMs - atMs);
    freeMs = Math.max(freeMs, atMs) + serviceMs * (service === "exponential" ? drawn() : 1);
  }
  return waitedMs / requests;
}

describe("utilisationFor", () => {
  test.each([
    [50, 50],
    [50, 20],
    [100, 60],
  ])(
    "at the share that it names for %i ms, requests of %i ms wait as long as was wanted, or less",
    (targetMs, serviceMs) => {
      const perSecond = (1_000 * utilisationFor(targetMs, serviceMs)) / serviceMs;
      expect(Math.abs(meanWaitMs(perSecond, serviceMs, "exponential") / targetMs - 1)).toBeLessThan(0.1);
      expect(Math.abs(meanWaitMs(perSecond, serviceMs, "constant") / targetMs - 0.5)).toBeLessThan(0.1);
    },
  );

  test("never plans a worker full, nor nearly idle", () => {
    expect(utilisationFor(5_000, 1)).toBe(fullest);
    expect(utilisationFor(50, 0)).toBe(fullest);
    expect(utilisationFor(0, 100)).toBe(emptiest);
  });
});

describe("replicasNeeded", () => {
  test("is the work that arrives over the share of time that a worker may be busy", () => {
    expect(replicasNeeded([replica()], aim)).toBeCloseTo(2, 9);
    expect(replicasNeeded([replica(), replica()], aim)).toBeCloseTo(4, 9);
    expect(replicasNeeded([replica({ workers: 2 })], aim)).toBeCloseTo(1, 9);
  });

  test("does not depend on how the load is spread over the replicas that are there", () => {
    const spread = Array.from({ length: 5 }, () => replica({ arrivalsPerSecond: 4 }));
    expect(replicasNeeded(spread, aim)).toBeCloseTo(replicasNeeded([replica()], aim)!, 9);
  });

  test("adds what a backlog needs to be gone in time, beyond what waits anyway", () => {
    expect(replicasNeeded([replica({ queued: 1 })], aim)).toBeCloseTo(2, 9);
    expect(replicasNeeded([replica({ queued: 101 })], aim)).toBeCloseTo(3, 9);
    const patient = { targetDelayMs: 10_000, reactMs: 5_000 };
    expect(replicasNeeded([replica({ queued: 400 })], patient)).toBeCloseTo(1 / fullest + 1, 9);
  });

  test("is nothing for nothing, and unknown while nobody knows what a request costs", () => {
    expect(replicasNeeded([], aim)).toBe(0);
    expect(replicasNeeded([replica({ arrivalsPerSecond: 0, serviceMs: null })], aim)).toBe(0);
    expect(replicasNeeded([replica({ serviceMs: null })], aim)).toBeUndefined();
  });

  test("takes a replica that is new to be like the others", () => {
    const loads = [replica({ arrivalsPerSecond: 10 }), replica({ arrivalsPerSecond: 10, serviceMs: null })];
    expect(replicasNeeded(loads, aim)).toBeCloseTo(2, 9);
  });

  test("whatever is said: never negative, and more of anything never needs fewer", () => {
    const loads = fc.record({
      arrivalsPerSecond: fc.double({ min: 0, max: 1e4, noNaN: true }),
      serviceMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
      queued: fc.nat(10_000),
      workers: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(loads, fc.double({ min: 1, max: 10, noNaN: true }), (load, factor) => {
        const needed = replicasNeeded([load], aim)!;
        const busier = replicasNeeded([{ ...load, arrivalsPerSecond: load.arrivalsPerSecond * factor }], aim)!;
        const fuller = replicasNeeded([{ ...load, queued: Math.ceil(load.queued * factor) }], aim)!;
        expect(needed).toBeGreaterThanOrEqual(0);
        expect(fuller).toBeGreaterThanOrEqual(needed * (1 - 1e-9));
        expect(busier).toBeGreaterThanOrEqual(needed * (1 - 1e-9));
      }),
    );
  });
});
