import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Beliefs } from "./beliefs.ts";
import { type Evidence, features, kinds, weightCount } from "./evidence.ts";
import { ageClass, LabelBeliefs } from "./label-beliefs.ts";

const prng = seededPrng(5);
const someEvidence = (): Evidence => ({
  kind: kinds[Math.floor(prng.next() * kinds.length)]!,
  x: features.map(() => 4 * prng.next() - 2),
  classAt: features.length + Math.floor(prng.next() * 16),
  placeAt: weightCount - 1,
});

function taught(replies: number): Beliefs {
  const beliefs = new Beliefs();
  for (let i = 0; i < replies; i++) {
    beliefs.grade(someEvidence(), prng.next() < 0.3);
    beliefs.replied(2);
  }
  return beliefs;
}

const overTheWire = (beliefs: unknown): unknown => JSON.parse(JSON.stringify(beliefs));

describe("Beliefs over a restart", () => {
  it("judge as before, and go on learning as before", () => {
    const before = taught(300);
    const after = Beliefs.from(overTheWire(before));
    expect(after.missed).toBe(before.missed);
    for (let i = 0; i < 100; i++) {
      const evidence = someEvidence();
      expect(after.rate(evidence)).toBeCloseTo(before.rate(evidence), 4);
      expect(new Beliefs().rate(evidence)).not.toBeCloseTo(before.rate(evidence), 4);
      for (const beliefs of [before, after]) beliefs.grade(evidence, i % 2 === 0);
    }
  });

  const memory = () => overTheWire(taught(3)) as { features: string[]; weights: Record<string, { mean: number[] }> };
  it.each([
    ["nothing", () => null, "beliefs: expected an object"],
    ["what other features taught", () => ({ ...memory(), features: ["one", "two"] }), "other features"],
    ["a kind missing", () => ({ ...memory(), weights: {} }), "expected an object"],
    [
      "a weight too few",
      () => ({ ...memory(), weights: { ...memory().weights, carried: { mean: [1] } } }),
      `expected ${weightCount} numbers`,
    ],
    ["NaN", () => ({ ...memory(), missed: Number.NaN }), "missed: expected a number"],
  ])("refuse %s", (_, value, message) => {
    expect(() => Beliefs.from(overTheWire(value()))).toThrow(message);
  });

  it("refuse or bear whatever number a stranger puts anywhere", () => {
    const place = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom("mean", "precision"), fc.nat(weightCount));
    fc.assert(
      fc.property(place, fc.oneof(fc.double(), fc.constant(null), fc.string()), ([kind, field, at], value) => {
        const strange = memory() as unknown as { weights: Record<string, Record<string, unknown[]>> };
        strange.weights[kind]![field]![at] = value;
        let beliefs: Beliefs;
        try {
          beliefs = Beliefs.from(strange);
        } catch {
          return true;
        }
        for (let i = 0; i < 20; i++) beliefs.grade(someEvidence(), i % 2 === 0);
        const rate = beliefs.rate(someEvidence());
        return rate >= 0 && rate <= 1;
      }),
    );
  });
});

describe("LabelBeliefs over a restart", () => {
  it("rate as before", () => {
    const before = new LabelBeliefs();
    for (let i = 0; i < 50; i++) before.grade(`kept/${ageClass(i * 100)}`, i % 3 > 0);
    const after = LabelBeliefs.from(overTheWire(before));
    for (const kind of ["kept/0", "kept/3", "stale/1", "own/2"] as const) {
      expect(after.rate(kind)).toBe(before.rate(kind));
    }
  });

  it("refuse counts that cannot be", () => {
    expect(() => LabelBeliefs.from({ "kept/0": { right: 5, total: 3 } })).toThrow("kept/0.right");
    expect(() => LabelBeliefs.from({ "kept/0": { right: 1, total: 1e9 } })).toThrow("kept/0.total");
  });
});
