import { type Prng, seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agreement } from "./agreement.ts";

const hourMs = 3_600_000;

/** How far each frame agrees with the cloud, and how dear it is to send: busy times are both hard and large. */
interface Footage {
  readonly agreed: number[];
  readonly size: number[];
}

/** Footage whose trouble comes and goes, with `memory` from frame to frame; agreement as F1 of few boxes, in steps. */
function footage(frames: number, prng: Prng, memory: number, ease: number): Footage {
  const agreed: number[] = [];
  const size: number[] = [];
  let trouble = normal(prng);
  for (let frame = 0; frame < frames; frame++) {
    trouble = memory * trouble + Math.sqrt(1 - memory ** 2) * normal(prng);
    const f1 = Math.min(1, Math.max(0, ease - 0.25 * trouble));
    agreed.push(Math.round(f1 * 6) / 6);
    size.push(Math.exp(0.3 * trouble));
  }
  return { agreed, size };
}

const normal = (prng: Prng) => Math.sqrt(-2 * Math.log(1 - prng.next())) * Math.cos(2 * Math.PI * prng.next());
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Draws about one frame in `every`, cheaper ones more often. `lost` says which of the drawn go unanswered. */
function audited({ agreed, size }: Footage, every: number, prng: Prng, lost: (f1: number) => boolean = () => false) {
  const agreement = new Agreement();
  for (const [frame, f1] of agreed.entries()) {
    const propensity = Math.min(1, 1 / every / size[frame]!);
    if (prng.next() >= propensity) continue;
    if (lost(f1)) agreement.missed(propensity, frame);
    else agreement.answered(propensity, { local: f1 / 2, corrected: f1 }, frame);
  }
  return agreement.estimate(agreed.length);
}

/** Share of intervals, over many seeded runs, in which the mean over all frames lies; and how far they are off. */
function coverage(samples: number, memory: number, ease: number, lost?: (f1: number, prng: Prng) => boolean) {
  const misses: number[] = [];
  let covered = 0;
  for (let seed = 0; seed < 400; seed++) {
    const prng = seededPrng(seed * 1_000 + samples);
    const film = footage(samples * 40, prng, memory, ease);
    const { corrected } = audited(film, 40, prng, lost && ((f1) => lost(f1, prng)));
    if (!corrected) continue;
    const truth = mean(film.agreed);
    misses.push(corrected.mean - truth);
    if (Math.abs(corrected.mean - truth) <= corrected.halfWidth) covered++;
  }
  return { share: covered / misses.length, bias: mean(misses) };
}

describe("the interval of 95 %", () => {
  it.each([
    ["few audits of footage that jumps", 15, 0, 0.7],
    ["few audits of footage that lingers", 15, 0.995, 0.7],
    ["more of footage that lingers", 60, 0.995, 0.6],
    ["many of it", 200, 0.98, 0.7],
    ["footage that nearly always agrees", 40, 0.98, 1.2],
  ])("holds the truth about that often: %s", (_, samples, memory, ease) => {
    const { share, bias } = coverage(samples, memory, ease);
    expect(share).toBeGreaterThan(0.925);
    expect(Math.abs(bias)).toBeLessThan(0.012);
  });

  it("is no wider than it must be: with many audits the share comes down to what it says", () => {
    expect(coverage(200, 0.9, 0.6).share).toBeLessThan(0.98);
  });

  it("holds it also where every third audit is lost, and hard frames far more often", () => {
    const { share } = coverage(60, 0.98, 0.7, (f1, prng) => prng.next() < (f1 < 0.6 ? 0.7 : 0.1));
    expect(share).toBeGreaterThan(0.95);
  });

  it("while the mean over frames that were sent for their value is far off", () => {
    const prng = seededPrng(9);
    const { agreed } = footage(8_000, prng, 0.98, 0.7);
    const hardest = agreed.toSorted((a, b) => a - b).slice(0, 800);
    expect(mean(agreed) - mean(hardest)).toBeGreaterThan(0.2);
  });
});

describe("Agreement", () => {
  const all = (count: number, f1 = 1) => {
    const agreement = new Agreement();
    for (let i = 0; i < count; i++) agreement.answered(0.1, { local: f1, corrected: f1 }, i);
    return agreement;
  };

  it("is unknown until there is enough, never zero", () => {
    expect(new Agreement().estimate(0)).toMatchObject({ samples: 0, local: null, corrected: null });
    expect(all(7).estimate(10)).toMatchObject({ samples: 7, local: null, corrected: null });
    expect(all(8).estimate(10).corrected?.mean).toBe(1);
  });

  it("does not take a few equal answers for certainty", () => {
    expect(all(8).estimate(10).corrected?.halfWidth).toBeGreaterThan(0.15);
    expect(all(200).estimate(200).corrected?.halfWidth).toBeLessThan(0.05);
  });

  it("allows for what is missing: it could have been anything", () => {
    const agreement = all(100);
    for (let i = 0; i < 25; i++) agreement.missed(0.1, 100);
    const { missing, corrected } = agreement.estimate(100);
    expect(missing).toBe(25);
    expect(corrected!.halfWidth).toBeGreaterThan(0.2);
  });

  it("forgets: the last audits count, and none for ever", () => {
    const agreement = all(300, 0);
    for (let i = 0; i < 256; i++) agreement.answered(0.1, { local: 1, corrected: 1 }, 300);
    expect(agreement.estimate(300).corrected?.mean).toBe(1);
    expect(agreement.estimate(300 + 7 * hourMs)).toMatchObject({ samples: 0, corrected: null });
  });

  it("goes on after a restart, older by the time that it slept", () => {
    const written: unknown = JSON.parse(JSON.stringify(all(50, 0.5).written(1_000)));
    const again = Agreement.from(written, 77, hourMs);
    expect(again.estimate(77)).toEqual(all(50, 0.5).estimate(1_000));
    expect(again.estimate(77 + 5.5 * hourMs).samples).toBe(0);
    expect(Agreement.from(written, 0, 100 * hourMs).estimate(0).samples).toBe(0);
  });

  it("refuses what cannot be, and bears everything else", () => {
    expect(() => Agreement.from([{ ageMs: 0, propensity: 0 }], 0, 0)).toThrow("audits[0].propensity");
    expect(() => Agreement.from([{ ageMs: 0, propensity: 1, local: 2, corrected: 1 }], 0, 0)).toThrow("local");
    expect(() =>
      Agreement.from(
        Array.from({ length: 257 }, () => ({})),
        0,
        0,
      ),
    ).toThrow("at most 256");
    const number = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }), fc.constant(undefined));
    const audit = fc.record({ ageMs: number, propensity: number, local: number, corrected: number });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(audit, { maxLength: 30 })), (value) => {
        try {
          const { corrected } = Agreement.from(value, 0, 0).estimate(0);
          return corrected === null || (corrected.mean >= 0 && corrected.mean <= 1 && corrected.halfWidth <= 1);
        } catch (error) {
          return error instanceof TypeError || error instanceof RangeError;
        }
      }),
    );
  });
});
