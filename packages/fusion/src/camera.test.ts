import { seededPrng } from "@sluice/foundation";
import { type CameraMotion, carriedBy, type Detection, frameF1, still } from "@sluice/vision";
import { expect, it } from "vitest";
import { Fusion } from "./fusion.ts";

const size = { width: 640, height: 360 };
const options = { ...size, threshold: 0.35, limit: 100 };
const frameMs = 100;

const at = (x: number, y: number, score = 0.9): Detection => ({
  x1: x,
  y1: y,
  x2: x + 24,
  y2: y + 48,
  score,
  classId: 0,
});

/** Which way a camera that looks about moves after a frame, now and then to and fro. */
function* lookingAbout(): Generator<CameraMotion> {
  const prng = seededPrng(4);
  for (let frame = 0; ; frame++) {
    const [x, y] = [0.012 * Math.sin(frame / 9) + 0.006 * (prng.next() - 0.5), 0.01 * Math.cos(frame / 7)];
    yield { x, y, zoom: 0.004 * Math.sin(frame / 11), turn: 0.004 * Math.cos(frame / 13) };
  }
}

/** Six people stand before it, of whom the edge sees every other one; every 20th frame is answered `lag` frames later. */
function play(compensated: boolean, lag: number): number {
  const fusion = new Fusion(options);
  const cameras = lookingAbout();
  const frames = 200;
  const people: Detection[][] = [Array.from({ length: 6 }, (_, i) => at(170 + 50 * i, 150 + 10 * (i % 3)))];
  let sum = 0;
  for (let frame = 0; frame < frames; frame++) {
    const camera = cameras.next().value as CameraMotion;
    const now =
      frame === 0 ? people[0]! : people[frame - 1]!.map((one) => carriedBy(camera, one, size.width, size.height));
    people[frame] = now;
    const edge = now.filter((_, i) => i % 2 === 0);
    const { answer } = fusion.frame(frame, frame * frameMs, edge, compensated && frame > 0 ? camera : still);
    sum += frameF1(answer, now);
    if (frame >= lag && (frame - lag) % 20 === 0) fusion.reply(frame - lag, people[frame - lag]!);
  }
  return sum / frames;
}

it.each([0, 6])("carries what the edge never sees with the camera, replies being %i frames late", (lag) => {
  expect(play(true, lag)).toBeGreaterThan(0.95);
  expect(play(false, lag)).toBeLessThan(play(true, lag) - 0.05);
});
