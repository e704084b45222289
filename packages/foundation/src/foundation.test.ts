import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backoffMs,
  fieldsOf,
  formatBytes,
  formatRate,
  listOf,
  ManualClock,
  numberIn,
  parseBytes,
  parseDuration,
  parseRate,
  pause,
  Ring,
  seededPrng,
} from "./index.ts";

const value = (parsed: ReturnType<typeof parseBytes>) => (parsed.ok ? parsed.value : parsed.error);

describe("units", () => {
  it("reads sizes, rates and durations", () => {
    expect(value(parseBytes("64KiB"))).toBe(65_536);
    expect(value(parseBytes("1.5 MB"))).toBe(1_500_000);
    expect(value(parseRate("200kbit/s"))).toBe(25_000);
    expect(value(parseRate("1MB/s"))).toBe(1_000_000);
    expect(value(parseDuration("500ms"))).toBe(500);
    expect(value(parseDuration("2h"))).toBe(7_200_000);
  });

  it.each(["", "5", "kbit/s", "-3kB", "1e9kB", "5 parsecs", "1kB/s/s", "constructor", "1constructor"])(
    "refuses %j",
    (text) => {
      for (const parse of [parseBytes, parseRate, parseDuration]) expect(parse(text).ok).toBe(false);
    },
  );

  it("never throws on any text", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseBytes(text).ok === "boolean"));
  });

  it("writes what people read", () => {
    expect([formatBytes(12), formatBytes(1_536), formatBytes(2_500_000)]).toEqual(["12 B", "1.5 kB", "2.5 MB"]);
    expect([formatRate(10), formatRate(25_000), formatRate(1e6)]).toEqual(["80 bit/s", "200 kbit/s", "8.0 Mbit/s"]);
  });
});

describe("ManualClock", () => {
  it("fires timers in order of time, those set on the way included, and none that was cancelled", () => {
    const clock = new ManualClock(100);
    const fired: string[] = [];
    clock.after(20, () => fired.push(`b@${clock.monotonicMs()}`));
    clock.after(10, () => {
      fired.push("a");
      clock.after(5, () => fired.push(`c@${clock.wallMs()}`));
    });
    clock.after(1, () => fired.push("never"))();
    clock.advance(30);
    expect(fired).toEqual(["a", "c@115", "b@120"]);
    expect(clock.monotonicMs()).toBe(130);
  });

  it("ends a pause when it is time, or when the signal says so", async () => {
    const clock = new ManualClock();
    const ended: string[] = [];
    const abort = new AbortController();
    const both = [
      pause(clock, 10).then(() => ended.push("time")),
      pause(clock, 1_000, abort.signal).then(() => ended.push("abort")),
    ];
    clock.advance(10);
    abort.abort();
    await Promise.all(both);
    expect(ended.toSorted()).toEqual(["abort", "time"]);
  });
});

describe("Ring", () => {
  it("keeps the newest items, oldest first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat()), (capacity, items) => {
        const ring = new Ring<number>(capacity);
        for (const item of items) ring.push(item);
        expect([...ring]).toEqual(items.slice(-capacity));
        expect(ring.last()).toBe(items.at(-1));
        expect(ring.size).toBe(Math.min(capacity, items.length));
      }),
    );
  });
});

describe("seededPrng", () => {
  it("repeats itself for a seed, differs between seeds, and is uniform enough", () => {
    const draw = (seed: number) => {
      const prng = seededPrng(seed);
      return Array.from({ length: 10_000 }, () => prng.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const mean = draw(3).reduce((a, b) => a + b) / 10_000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });
});

it("backs off exponentially up to a ceiling, with jitter in the upper half", () => {
  const prng = seededPrng(5);
  for (let attempt = 0; attempt < 50; attempt++) {
    const ceiling = Math.min(30_000, 1_000 * 2 ** attempt);
    const delay = backoffMs({ firstMs: 1_000, maxMs: 30_000 }, attempt, prng);
    expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
    expect(delay).toBeLessThanOrEqual(ceiling);
  }
});

describe("what comes from outside", () => {
  const share = (given: unknown, what: string) => numberIn(given, what, 0, 1);

  it("is read where it is as expected", () => {
    expect(fieldsOf({ a: 1 }, "it")).toEqual({ a: 1 });
    expect(listOf([0, 0.5, 1], "shares", 3, share)).toEqual([0, 0.5, 1]);
  });

  it.each([
    [() => fieldsOf(null, "it"), "it: expected an object"],
    [() => fieldsOf([1], "it"), "it: expected an object"],
    [() => listOf("abc", "shares", 3, share), "shares: expected a list"],
    [() => listOf([1, 1], "shares", 1, share), "shares: expected at most 1 items"],
    [() => listOf([0, Number.NaN], "shares", 3, share), "shares[1]: expected a number from 0 to 1"],
    [() => share("1", "share"), "share: expected a number from 0 to 1"],
  ])("is refused with its place where it is not", (read, message) => {
    expect(read).toThrow(message);
  });
});
