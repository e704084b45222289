import { describe, expect, it } from "vitest";
import { type Cropper, guessedCrops } from "./crop.ts";
import { recordOf } from "./records.ts";
import { type Replayed, type RunOptions, run } from "./run.ts";
import { specFor } from "./spec.builder.ts";
import { scenery } from "./trace.builder.ts";
import type { Trace } from "./trace.ts";
import { explain } from "./why.ts";

function optionsOf(trace: Trace, share: number, crop?: Cropper): RunOptions {
  const spec = specFor(trace, share);
  const road = { network: undefined, rttMs: 0 };
  return { spec: { ...spec, payload: { ...spec.payload, crops: true } }, seed: 1, road, ...(crop && { crop }) };
}

const crops = (frames: readonly Replayed[]) => frames.filter(({ asked }) => asked.region);
const mean = (frames: readonly Replayed[]) => frames.reduce((sum, { score }) => sum + score, 0) / frames.length;

describe("a replay with crops", () => {
  it("sends parts of frames for parts of the bytes, and never more than the budget", async () => {
    const trace = await scenery({ frames: 400 });
    const options = optionsOf(trace, 0.05);
    const { frames } = run(trace, options);
    expect(crops(frames).length).toBeGreaterThan(20);
    let bytes = 0;
    for (const each of frames) {
      bytes += each.bytes;
      expect(bytes).toBeLessThanOrEqual(options.spec.budget.rate * each.frame.t + 1e-6);
    }
    for (const { bytes: own } of crops(frames)) expect(own).toBeLessThan(7_000);
    expect(mean(frames)).toBeGreaterThan(mean(run(trace, { ...options, spec: specFor(trace, 0.05) }).frames));
  });

  it("sees nothing of a frame beyond the part that was sent", async () => {
    const trace = await scenery({ frames: 300 });
    const options = optionsOf(trace, 0.05);
    const decided = (frames: readonly Replayed[]) =>
      frames.map(({ action, reason, bytes, value, asked }) => JSON.stringify({ action, reason, bytes, value, asked }));
    const honest = run(trace, options);
    const regions = new Map(crops(honest.frames).map(({ frame, asked }) => [frame, asked.region!]));
    const strangers = [{ x1: 1, y1: 2, x2: 3, y2: 4, score: 0.9, classId: 1 }];
    const frames = trace.frames.map((frame) => {
      const region = regions.get(frame);
      if (!region) return frame;
      const elsewhere = { ...frame, cloud: [guessedCrops(trace.header)(frame, 0, region).reply] };
      const [x, y] = [region.x1 > 3 ? 0 : 600, region.y1 > 4 ? 0 : 440];
      const moved = strangers.map((b) => ({ ...b, x1: b.x1 + x, x2: b.x2 + x, y1: b.y1 + y, y2: b.y2 + y }));
      return { ...elsewhere, cloud: [[...elsewhere.cloud[0]!, ...moved]] };
    });
    const garbled = run({ ...trace, frames }, options);
    expect(decided(garbled.frames)).toEqual(decided(honest.frames));
  });

  it("takes what a real cloud says of a crop, and what it weighs, from whoever knows", async () => {
    const trace = await scenery({ frames: 300 });
    const blind: Cropper = () => ({ pictureBytes: 1_234, reply: [] });
    const { frames } = run(trace, optionsOf(trace, 0.05, blind));
    expect(crops(frames).length).toBeGreaterThan(0);
    expect(crops(frames).every(({ bytes }) => bytes === 1_234)).toBe(true);
    expect(mean(crops(frames))).toBeLessThan(0.9);
  });

  it("writes down which part was sent, and says so when asked why", async () => {
    const trace = await scenery({ frames: 400 });
    const { frames } = run(trace, optionsOf(trace, 0.05));
    const records = frames.map((each) => recordOf(trace.header, each));
    const at = records.findIndex(({ region }) => region !== undefined);
    const [x1, y1, x2, y2] = records[at]!.region!;
    expect(x2! - x1!).toBeGreaterThanOrEqual(160);
    expect(explain(records, at)[0]).toContain(`sent as full, its part from ${x1},${y1} to ${x2},${y2} alone`);
  });
});
