import { expect, it } from "vitest";
import { growthOf, watchHeap } from "./scene-memory.ts";

const frames = 100_000;
/** MiB over a million frames: of what a frame keeps, three bytes. */
const flat = 3;

it("keeps nothing of old frames, however much comes and goes", { timeout: 300_000 }, () => {
  const { slope, margin } = growthOf(watchHeap(frames));
  expect(slope - margin).toBeLessThan(flat);
  expect(slope).toBeLessThan(2 * flat);
});

it("would notice if a number were kept of each frame", { timeout: 120_000 }, () => {
  const kept: number[][] = [];
  const { slope, margin } = growthOf(watchHeap(frames / 5, (answer) => kept.push([(answer as unknown[]).length])));
  expect(kept).toHaveLength(frames / 5);
  expect(slope - margin).toBeGreaterThan(2 * flat);
});
