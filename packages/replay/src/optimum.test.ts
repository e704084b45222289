import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestExact } from "./best-exact.ts";
import { bestPriced } from "./best-priced.ts";
import type { Losses } from "./losses.ts";
import { best, hindsight } from "./optimum.ts";
import { run } from "./run.ts";
import { scheduleOf } from "./schedule.ts";
import { specFor } from "./spec.builder.ts";
import { scenery } from "./trace.builder.ts";

/** Losses at random: a stream of so many frames that can be sent at so many rungs, followed so far. */
function anyLosses(seed: number, frames: number, rungs: number, horizon: number): Losses {
  const prng = seededPrng(seed);
  return {
    frames: Array.from({ length: frames }, (_, i) => i),
    never: Float64Array.from({ length: frames }, () => prng.next()),
    sendings: Array.from(Array(frames).keys(), (at) =>
      Array.from({ length: rungs }, (_, rung) => {
        const after = new Float64Array(Math.min(horizon, frames - at - 1) + 1);
        for (let k = 1; k < after.length; k++) after[k] = after[k - 1]! + 0.8 * prng.next();
        return { rung, bytes: 1_000 * (1 + Math.floor(4 * prng.next())), own: 0.5 * prng.next(), after };
      }),
    ),
  };
}

/** Least loss by trying every schedule. */
function bruteForce(losses: Losses, budgetBytes: number): number {
  let least = Number.POSITIVE_INFINITY;
  const choices = losses.sendings.map((options) => [undefined, ...options]);
  const total = choices.reduce((product, options) => product * options.length, 1);
  for (let code = 0; code < total; code++) {
    let rest = code;
    const sends = choices.flatMap((options, at) => {
      const sending = options[rest % options.length];
      rest = Math.floor(rest / options.length);
      return sending ? [{ at, sending }] : [];
    });
    const { loss, bytes } = scheduleOf(losses, sends);
    if (bytes <= budgetBytes) least = Math.min(least, loss);
  }
  return least;
}

const small = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  frames: fc.integer({ min: 1, max: 7 }),
  rungs: fc.integer({ min: 1, max: 2 }),
  horizon: fc.integer({ min: 0, max: 7 }),
  budget: fc.integer({ min: 0, max: 12_000 }),
});

describe("the best schedule", () => {
  it("is the one that trying all of them finds", () => {
    fc.assert(
      fc.property(small, ({ seed, frames, rungs, horizon, budget }) => {
        const losses = anyLosses(seed, frames, rungs, horizon);
        const found = bestExact([losses], budget)!;
        expect(found.loss).toBeCloseTo(bruteForce(losses, budget), 9);
        expect(found.bytes).toBeLessThanOrEqual(budget);
      }),
      { numRuns: 300 },
    );
  });

  it("lies between what a price finds and its bound", () => {
    fc.assert(
      fc.property(small, ({ seed, frames, rungs, horizon, budget }) => {
        const losses = anyLosses(seed, frames, rungs, horizon);
        const exact = bestExact([losses], budget)!;
        const priced = bestPriced([losses], budget);
        expect(priced.bytes).toBeLessThanOrEqual(budget);
        expect(priced.loss).toBeGreaterThanOrEqual(exact.loss - 1e-9);
        expect(priced.leastLoss).toBeLessThanOrEqual(exact.loss + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("shares a budget between streams as one stream of both would", () => {
    for (let seed = 0; seed < 20; seed++) {
      const [a, b] = [anyLosses(seed, 4, 1, 0), anyLosses(seed + 100, 4, 1, 0)];
      const joined = {
        frames: [...a.frames, ...b.frames],
        never: Float64Array.of(...a.never, ...b.never),
        sendings: [...a.sendings, ...b.sendings],
      };
      const found = bestExact([a, b], 6_000)!;
      expect(found.loss).toBeCloseTo(bruteForce(joined, 6_000), 9);
      expect(found.schedules[0]!.bytes + found.schedules[1]!.bytes).toBe(found.bytes);
    }
  });
});

describe("hindsight", () => {
  it("finds schedules no worse than what the run itself sent, judged by the same fusion", async () => {
    const trace = await scenery({ frames: 60 });
    const ran = run(trace, { spec: specFor(trace, 0.2, "periodic"), seed: 1, road: { network: undefined, rttMs: 0 } });
    const { O1, O3 } = hindsight(trace, ran, [0]);
    const sends = ran.frames.flatMap(({ rung }, at) =>
      rung === undefined ? [] : [{ at, sending: O3[0]!.sendings[at]![0]! }],
    );
    const periodic = scheduleOf(O3[0]!, sends);
    expect(sends.length).toBeGreaterThan(5);
    expect(best(O3, periodic.bytes).loss).toBeLessThan(periodic.loss);
    expect(best(O3, periodic.bytes).loss).toBeLessThan(best(O1, periodic.bytes).loss);
  });
});
