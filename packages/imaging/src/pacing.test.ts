import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Pacer, RateCap } from "./pacing.ts";

/** When each picture is shown if decoding takes no time. */
function shownAt(mediaMs: readonly (number | undefined)[], fps = 10): number[] {
  const pacer = new Pacer();
  let nowMs = 1_000;
  return mediaMs.map((time) => (nowMs += pacer.delayMs(time, fps, nowMs)) - 1_000);
}

test("pictures are due at their timestamps, from wherever these start", () => {
  expect(shownAt([5_000, 5_040, 5_200, 5_240])).toEqual([0, 40, 200, 240]);
});

test("without timestamps, and where they jump, the announced rate counts", () => {
  expect(shownAt([undefined, undefined, undefined])).toEqual([0, 100, 200]);
  expect(shownAt([0, 100, 9e9, 9e9 + 100, 0])).toEqual([0, 100, 200, 300, 400]);
});

test("a new pass follows the last picture by one step", () => {
  const pacer = new Pacer();
  expect(pacer.delayMs(0, 10, 0)).toBe(0);
  pacer.restart();
  expect(pacer.delayMs(0, 10, 0)).toBe(100);
});

test("a small lag is caught up, a large one is forgiven", () => {
  const pacer = new Pacer();
  pacer.delayMs(0, 10, 0);
  expect(pacer.delayMs(100, 10, 150)).toBe(0);
  expect(pacer.delayMs(200, 10, 150)).toBe(50);
  expect(pacer.delayMs(300, 10, 60_000)).toBe(0);
  expect(pacer.delayMs(400, 10, 60_000)).toBe(100);
});

test("no window of time holds more than the cap allows, and a source below the cap loses nothing", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 60, noNaN: true }),
      fc.double({ min: 1, max: 120, noNaN: true }),
      (cap, fps) => {
        const limit = new RateCap(cap);
        const kept = Array.from({ length: 300 }, (_, n) => (n * 1_000) / fps).filter((ms) => limit.keeps(ms));
        expect(fps > cap || kept.length === 300).toBe(true);
        for (const ms of kept) {
          const second = kept.filter((other) => other >= ms && other < ms + 1_000);
          expect(second.length).toBeLessThanOrEqual(Math.ceil(cap * 1.1) + 1);
        }
        const seconds = 300 / fps;
        expect(kept.length).toBeGreaterThanOrEqual(Math.floor(seconds * Math.min(cap, fps) * 0.45));
      },
    ),
  );
});

test("the cap holds its average for a rate that it does not divide, and survives time going back", () => {
  const limit = new RateCap(20);
  const kept = Array.from({ length: 300 }, (_, n) => (n * 1_000) / 30).filter((ms) => limit.keeps(ms));
  expect(kept.length).toBeGreaterThan(195);
  expect(kept.length).toBeLessThan(205);
  expect(limit.keeps(0)).toBe(true);
  expect(limit.keeps(10)).toBe(false);
});

test("no cap keeps everything", () => {
  const limit = new RateCap(undefined);
  expect([0, 0, 1, 0.5].every((ms) => limit.keeps(ms))).toBe(true);
});
