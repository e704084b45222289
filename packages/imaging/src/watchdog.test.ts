import { ManualClock } from "@sluice/foundation";
import { expect, test } from "vitest";
import { Watchdog } from "./watchdog.ts";

function watched() {
  const clock = new ManualClock();
  const silences: number[] = [];
  const watchdog = new Watchdog(clock, 1_000, () => silences.push(clock.monotonicMs()));
  return { clock, silences, watchdog };
}

test("silence for the whole limit fires once", () => {
  const { clock, silences } = watched();
  clock.advance(999);
  expect(silences).toEqual([]);
  clock.advance(5_000);
  expect(silences).toEqual([1_000]);
});

test("each sign of life starts the limit anew, and may change it", () => {
  const { clock, silences, watchdog } = watched();
  clock.advance(900);
  watchdog.feed();
  clock.advance(900);
  watchdog.feed(200);
  expect(silences).toEqual([]);
  clock.advance(200);
  expect(silences).toEqual([2_000]);
});

test("a stopped watchdog is silent", () => {
  const { clock, silences, watchdog } = watched();
  clock.advance(600);
  watchdog.stop();
  clock.advance(10_000);
  expect(silences).toEqual([]);
});
