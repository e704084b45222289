import { type Clock, ManualClock } from "@sluice/foundation";
import { expect, test } from "vitest";
import { TimedTerm } from "./term.ts";

/** A clock whose wall time can jump while its monotonic time does not. */
function jumpy(): { clock: Clock; manual: ManualClock; jump: (byMs: number) => void } {
  const manual = new ManualClock(1_000);
  let jumpedMs = 0;
  const clock: Clock = {
    wallMs: () => manual.wallMs() + jumpedMs,
    monotonicMs: () => manual.monotonicMs(),
    after: (delayMs, fire) => manual.after(delayMs, fire),
  };
  return { clock, manual, jump: (byMs) => (jumpedMs += byMs) };
}

const now = (clock: Clock) => ({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });

test("a term ends by itself, counted from the beginning of its last renewal", () => {
  const { clock, manual } = jumpy();
  const term = new TimedTerm(clock, 1, 10_000);
  const began = now(clock);
  manual.advance(3_000);
  term.extend(began);
  manual.advance(6_999);
  expect([term.holds(), term.signal.aborted]).toEqual([true, false]);
  manual.advance(1);
  expect([term.holds(), term.signal.aborted]).toEqual([false, true]);
  expect(() => term.mustHold()).toThrow(/lease is lost/);
});

test("a term that ended is not revived by a renewal whose answer came late", () => {
  const { clock, manual } = jumpy();
  const term = new TimedTerm(clock, 1, 10_000);
  term.extend(now(clock));
  manual.advance(9_000);
  const began = now(clock);
  manual.advance(1_000);
  term.extend(began);
  expect(term.holds()).toBe(false);
});

test("a machine that slept does not lead when it wakes, though its monotonic clock slept too", () => {
  const { clock, jump } = jumpy();
  const term = new TimedTerm(clock, 1, 10_000);
  term.extend(now(clock));
  jump(60_000);
  expect(term.holds()).toBe(false);
});

test("work that is asked to end may still write", () => {
  const { clock } = jumpy();
  const term = new TimedTerm(clock, 1, 10_000);
  term.extend(now(clock));
  term.askToEnd();
  expect([term.signal.aborted, term.holds()]).toEqual([true, true]);
});
