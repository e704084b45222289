import { offloadSchema } from "@sluice/contracts";
import { seededPrng } from "@sluice/foundation";
import { Price, type RoadView, TokenBucket } from "@sluice/offload";
import type { Detection } from "@sluice/vision";
import { describe, expect, it } from "vitest";
import { Scene, type SceneOptions } from "./scene.ts";

const frameMs = 100;
const road: RoadView = {
  connected: true,
  alive: true,
  probeDue: false,
  inFlight: 0,
  inFlightLimit: 2,
  aheadBytes: 0,
  chance: () => 1,
};

const at = (x: number, score: number, classId = 0): Detection => ({
  x1: x,
  y1: 100,
  x2: x + 40,
  y2: 140,
  score,
  classId,
});

/** What the edge sees in every frame, and what the cloud does: the sign that fools the edge it never confirms. */
const edge = [at(50, 0.6), at(300, 0.7)];
const cloud = [at(50, 0.9), at(450, 0.9)];

function sceneOf(extra: Partial<SceneOptions> = {}): Scene {
  const spec = offloadSchema.parse({ model: "big", budget: { rate: "50kB/s" } });
  return new Scene({
    task: "detection",
    related: true,
    width: 640,
    height: 360,
    threshold: 0.35,
    limit: 100,
    spec,
    bucket: new TokenBucket(spec.budget.rate, spec.budget.burst, 0),
    price: new Price(),
    framesPerSecond: () => 10,
    overheadBytes: 200,
    prng: seededPrng(1),
    ...extra,
  });
}

/** Lets it live through that many frames, of which the cloud answers each that is sent. */
function live(scene: Scene, frames: number): Detection[] {
  let answer: Detection[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const seen = scene.see(frame, frame * frameMs, edge, { motion: 0 }, road);
    answer = seen.answer;
    if (seen.decision.action === "skip") continue;
    scene.sent(seen.decision, 9_000, 8_800);
    scene.reply(frame, cloud);
  }
  return answer;
}

const overTheWire = (scene: Scene): unknown => JSON.parse(JSON.stringify(scene));

describe("a scene over a restart", () => {
  it("believes what replies taught, and prices pictures by what they weighed", () => {
    const before = sceneOf();
    live(before, 600);
    const written = overTheWire(before);
    const after = sceneOf({ learned: written });
    const first = (scene: Scene) => scene.see(0, 0, edge, { motion: 0 }, road);
    const scores = (scene: Scene) => first(scene).answer.map((d) => Number(d.score.toFixed(4)));
    expect(scores(after)).toEqual(scores(sceneOf({ beliefs: before.beliefs })));
    expect(scores(after)).not.toEqual(scores(sceneOf()));
    expect(first(after).decision.bytes).toBe(9_000);
    expect(overTheWire(after)).toEqual(written);
  });

  it("goes on with the regression of the policy that learned it, and begins anew under another", () => {
    const under = (policy: string, learned?: unknown) =>
      sceneOf({
        spec: offloadSchema.parse({ model: "big", budget: { rate: "50kB/s" }, decision: { policy } }),
        learned,
      });
    const before = under("reward");
    live(before, 600);
    const written = overTheWire(before) as { decider: { fresh: number; policy: { written: { weights: number[] } } } };
    expect(written.decider.policy.written.weights).not.toEqual([0.3, 0, 0, 0, 0]);
    expect(written.decider.fresh).not.toBe(0.1);
    expect(overTheWire(under("reward", written))).toEqual(written);
    expect(overTheWire(under("learned", written))).toMatchObject({ decider: { policy: { name: "learned" } } });
    const strange = structuredClone(written);
    strange.decider.policy.written.weights.pop();
    expect(() => under("reward", strange)).toThrow("weights: expected 5 numbers");
    // A daemon of an earlier release knew neither.
    const { fresh: _f, policy: _p, ...earlier } = written.decider;
    expect(() => under("reward", { ...written, decider: earlier })).not.toThrow();
  });

  it("measures its pictures anew when they have another size", () => {
    const before = sceneOf();
    live(before, 100);
    const { decision } = sceneOf({ learned: overTheWire(before), width: 320 }).see(0, 0, edge, { motion: 0 }, road);
    expect(decision.bytes).not.toBe(9_000);
  });

  it("refuses what another task taught, and what is none", () => {
    const labels = sceneOf({ task: "classification" });
    live(labels, 50);
    expect(() => sceneOf({ learned: overTheWire(labels) })).toThrow("learned from other features");
    expect(() => sceneOf({ learned: 7 })).toThrow("scene: expected an object");
    expect(() => sceneOf({ learned: { beliefs: undefined, decider: {} } })).toThrow("gain: expected an object");
  });
});
