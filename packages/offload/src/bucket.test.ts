import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { debtBytes, TokenBucket } from "./bucket.ts";

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

describe("a bucket whose rate changes", () => {
  const change = fc.record({
    kind: fc.constant("change" as const),
    bytesPerSecond: fc.nat(1_000_000),
    burstBytes: fc.nat(200_000),
    turnsInMs: fc.option(fc.nat(3_000)),
    laterRate: fc.nat(1_000_000),
  });
  const take = fc.record({ kind: fc.constant("take" as const), bytes: fc.nat(100_000) });
  const steps = fc.array(fc.tuple(fc.double({ min: 0, max: 2_000, noNaN: true }), fc.oneof(change, take)), {
    maxLength: 60,
  });

  it("lets through in any window what it held at its beginning and what each rate allowed since, and no more", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const bucket = new TokenBucket(1_000, 50_000, 0);
        /** Rates in force, by when they began; only the last may lie ahead. */
        let rates = [{ fromMs: 0, bytesPerSecond: 1_000 }];
        const allowed = (fromMs: number, toMs: number) =>
          rates.reduce((sum, { fromMs: begin, bytesPerSecond }, i) => {
            const end = Math.min(toMs, rates[i + 1]?.fromMs ?? Number.POSITIVE_INFINITY);
            // Times are cut to whole microseconds, each change of rate included.
            return sum + (Math.max(0, end - Math.max(begin, fromMs) + 0.002) * bytesPerSecond) / 1_000;
          }, 0);
        const marks: { atMs: number; held: number; spent: number }[] = [{ atMs: 0, held: 0, spent: 0 }];
        let nowMs = 0;
        for (const [waitMs, step] of history) {
          nowMs += waitMs;
          if (step.kind === "take") bucket.take(step.bytes, nowMs);
          else {
            const { bytesPerSecond, burstBytes, turnsInMs, laterRate } = step;
            const later = turnsInMs === null ? {} : { later: { atMs: nowMs + turnsInMs, bytesPerSecond: laterRate } };
            bucket.refill({ bytesPerSecond, burstBytes, ...later }, nowMs);
            rates = [...rates.filter(({ fromMs }) => fromMs < nowMs), { fromMs: nowMs, bytesPerSecond }];
            if (turnsInMs !== null) rates.push({ fromMs: nowMs + turnsInMs, bytesPerSecond: laterRate });
          }
          expect(bucket.available(nowMs)).toBeLessThanOrEqual(bucket.burstBytes);
          for (const { atMs, held, spent } of marks) {
            expect(bucket.spentBytes - spent).toBeLessThanOrEqual(held + 1 + allowed(atMs, nowMs));
          }
          marks.push({ atMs: nowMs, held: bucket.available(nowMs), spent: bucket.spentBytes });
        }
      }),
    );
  });

  it("turns to the later rate at its time, though nobody looked", () => {
    const bucket = new TokenBucket(0, 100_000, 0);
    bucket.refill({ bytesPerSecond: 10_000, burstBytes: 100_000, later: { atMs: 2_000, bytesPerSecond: 100 } }, 0);
    expect(bucket.available(10_000)).toBe(20_000 + 800);
    expect(bucket.bytesPerSecond).toBe(100);
  });

  it("keeps what was saved up, as far as a smaller burst goes", () => {
    const bucket = new TokenBucket(1_000, 50_000, 0);
    bucket.refill({ bytesPerSecond: 0, burstBytes: 8_000 }, 30_000);
    expect(bucket.available(30_000)).toBe(8_000);
    bucket.refill({ bytesPerSecond: 0, burstBytes: 50_000 }, 30_000);
    expect(bucket.available(99_000)).toBe(8_000);
  });

  it("pays back what it was charged beyond its means before it lets anything through", () => {
    const bucket = new TokenBucket(1_000, 50_000, 0);
    bucket.charge(3_000, 1_000);
    expect([bucket.available(1_000), bucket.take(1, 2_900), bucket.take(1, 3_001)]).toEqual([0, false, true]);
    bucket.charge(10 * debtBytes, 3_001);
    expect(bucket.take(1_000, 3_001 + debtBytes)).toBe(false);
    expect(bucket.take(1_000, 3_001 + debtBytes + 1_000)).toBe(true);
    expect(bucket.spentBytes).toBe(3_000 + 1 + 10 * debtBytes + 1_000);
  });
});
