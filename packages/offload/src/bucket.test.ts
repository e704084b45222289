import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "./bucket.ts";

describe("TokenBucket", () => {
  it("never lets more than rate × window + burst through, in any window of a random history", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.array(fc.tuple(fc.double({ min: -50, max: 2_000, noNaN: true }), fc.integer({ min: 0, max: 200_000 })), {
          minLength: 1,
          maxLength: 60,
        }),
        (rate, burst, steps) => {
          const bucket = new TokenBucket(rate, burst, 0);
          const taken: { atMs: number; bytes: number }[] = [];
          let nowMs = 0;
          let latestMs = 0;
          for (const [stepMs, bytes] of steps) {
            nowMs += stepMs;
            latestMs = Math.max(latestMs, nowMs);
            if (bucket.take(bytes, nowMs)) taken.push({ atMs: latestMs, bytes });
          }
          for (let from = 0; from < taken.length; from++) {
            let sum = 0;
            for (let to = from; to < taken.length; to++) {
              sum += taken[to]!.bytes;
              const windowMs = taken[to]!.atMs - taken[from]!.atMs;
              // A window's ends are cut to whole microseconds: a thousandth of a millisecond's worth may move.
              expect(sum).toBeLessThanOrEqual((rate * (windowMs + 0.001)) / 1_000 + burst);
            }
          }
          expect(bucket.spentBytes).toBe(taken.reduce((sum, t) => sum + t.bytes, 0));
        },
      ),
    );
  });

  it("never lets more through over restarts, clean or not, however often", () => {
    const step = fc.record({
      ms: fc.double({ min: 0, max: 500, noNaN: true }),
      bytes: fc.nat(20_000),
      restart: fc.boolean(),
      // Each run has a clock of its own, which begins anywhere.
      origin: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(50_000), fc.array(step, { maxLength: 80 }), (rate, burst, steps) => {
        let nowMs = 0;
        let origin = 0;
        let bucket = new TokenBucket(rate, burst, origin);
        const taken: { atMs: number; bytes: number }[] = [];
        // Each run's start is cut to a whole microsecond.
        const cutMs = 0.001 * (2 + steps.filter((s) => s.restart).length);
        for (const { ms, bytes, restart, origin: next } of steps) {
          nowMs += ms;
          if (restart) {
            origin = next - nowMs;
            bucket = new TokenBucket(rate, burst, origin + nowMs);
          }
          if (bucket.take(bytes, origin + nowMs)) taken.push({ atMs: nowMs, bytes });
        }
        for (const [from, { atMs }] of taken.entries()) {
          let sum = 0;
          for (const later of taken.slice(from)) {
            sum += later.bytes;
            expect(sum).toBeLessThanOrEqual((rate * (later.atMs - atMs + cutMs)) / 1_000 + burst);
          }
        }
      }),
    );
  });

  it("spends a budget to the byte over a million random steps", () => {
    const prng = seededPrng(7);
    const rate = 123_457;
    const bucket = new TokenBucket(rate, 50_000, 0);
    let nowMs = 0;
    for (let step = 0; step < 1_000_000; step++) {
      nowMs += prng.next() * 3;
      bucket.take(Math.floor(prng.next() * 2_000), nowMs);
    }
    expect(bucket.spentBytes).toBeLessThanOrEqual((rate * nowMs) / 1_000);
    expect(bucket.spentBytes + bucket.available(nowMs)).toBeGreaterThan((rate * nowMs) / 1_000 - 50_000);
  });

  it("starts empty, fills at its rate, stops at its burst and ignores a clock that steps back", () => {
    const bucket = new TokenBucket(1_000, 500, 10_000);
    expect(bucket.available(10_000)).toBe(0);
    expect(bucket.available(10_100)).toBe(100);
    expect(bucket.available(9_000)).toBe(100);
    expect(bucket.available(10_100)).toBe(100);
    expect(bucket.available(99_999_999)).toBe(500);
    expect(bucket.fill(99_999_999)).toBe(1);
  });

  it("takes all or nothing and gives back what was not sent", () => {
    const bucket = new TokenBucket(1_000, 500, 0);
    expect(bucket.take(201, 200)).toBe(false);
    expect(bucket.take(200, 200)).toBe(true);
    expect(bucket.available(200)).toBe(0);
    bucket.refund(200);
    expect(bucket.available(200)).toBe(200);
    expect(bucket.spentBytes).toBe(0);
  });
});
