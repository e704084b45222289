import { seededPrng } from "@sluice/foundation";
import { describe, expect, it } from "vitest";
import type { CameraMotion } from "./camera.ts";
import { Onlooker, type Picture } from "./index.ts";

const size = { width: 192, height: 108 };

/** A landscape without end: hills of many sizes, so that every part of a picture has something to hold on to. */
function landscape(seed: number): (x: number, y: number) => number {
  const prng = seededPrng(seed);
  const waves = Array.from({ length: 12 }, () => ({
    x: 0.25 * (prng.next() - 0.5),
    y: 0.25 * (prng.next() - 0.5),
    phase: 6 * prng.next(),
  }));
  return (x, y) => 128 + waves.reduce((sum, wave) => sum + 12 * Math.sin(wave.x * x + wave.y * y + wave.phase), 0);
}

interface Shot {
  readonly ground?: (x: number, y: number) => number;
  /** Where the camera is: pixels of the landscape, its scale, its angle. */
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  readonly angle?: number;
  readonly light?: number;
  /** A lorry with a pattern of its own, as wide as that share of the picture, and where it is. */
  readonly lorry?: { readonly x: number; readonly share: number };
}

const hills = landscape(1);
const cargo = landscape(2);

function pictureOf({ ground = hills, x = 0, y = 0, scale = 1, angle = 0, light = 0, lorry }: Shot): Picture {
  const { width, height } = size;
  const data = new Uint8Array(width * height * 3);
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [u, v] = [column - width / 2, row - height / 2];
      const covered = lorry && column >= lorry.x && column < lorry.x + lorry.share * width;
      const level = covered ? cargo(column - lorry.x, row) : ground(x + cos * u + sin * v, y - sin * u + cos * v);
      data.fill(Math.min(255, Math.max(0, level + light)), (row * width + column) * 3, (row * width + column + 1) * 3);
    }
  }
  return { ...size, data };
}

/** What is seen of the camera, frame by frame. */
function watch(frames: number, shot: (frame: number) => Shot): CameraMotion[] {
  const onlooker = new Onlooker();
  return Array.from({ length: frames }, (_, frame) => onlooker.next(pictureOf(shot(frame))).camera);
}

const isStill = ({ x, y, zoom, turn }: CameraMotion) => x === 0 && y === 0 && zoom === 0 && turn === 0;

describe("Onlooker", () => {
  it.each([
    ["sweeps", { x: -4 / 192, y: 1 / 108, zoom: 0, turn: 0 }, (f: number): Shot => ({ x: 4 * f, y: -f })],
    ["comes nearer", { x: 0, y: 0, zoom: 0.01, turn: 0 }, (f: number): Shot => ({ scale: 1.01 ** f })],
    ["turns", { x: 0, y: 0, zoom: 0, turn: 0.01 }, (f: number): Shot => ({ angle: 0.01 * f })],
    ["sweeps while the light fades", { x: -3 / 192, y: 0, zoom: 0, turn: 0 }, (f: number) => ({ x: 3 * f, light: -f })],
  ])("measures a camera that %s", (_, expected, shot) => {
    const seen = watch(30, shot);
    for (const camera of seen.slice(20)) {
      expect(camera.x).toBeCloseTo(expected.x, 3);
      expect(camera.y).toBeCloseTo(expected.y, 3);
      expect(camera.zoom).toBeCloseTo(expected.zoom, 2.7);
      expect(camera.turn).toBeCloseTo(expected.turn, 2.7);
    }
  });

  it("takes nothing that passes for the camera, however large", () => {
    for (const share of [0.2, 0.45, 0.7]) {
      const seen = watch(60, (frame) => ({ lorry: { x: -share * size.width + 5 * frame, share } }));
      expect(seen.every(isStill), `a lorry over ${share} of the picture`).toBe(true);
    }
  });

  it("sees a camera that stands still as standing still, in noise and changing light", () => {
    const prng = seededPrng(3);
    const noisy = (x: number, y: number) => hills(x, y) + 16 * (prng.next() - 0.5);
    expect(watch(40, (frame) => ({ ground: noisy, light: 10 * Math.sin(frame) })).every(isStill)).toBe(true);
  });

  it("has no motion for a cut, nor across pictures of two sizes, nor for a plain wall", () => {
    const cut = watch(40, (frame) => ({ x: 4 * frame, ground: frame < 30 ? hills : cargo }));
    expect(isStill(cut[29]!)).toBe(false);
    expect(isStill(cut[30]!)).toBe(true);
    expect(watch(30, () => ({ ground: () => 128 })).every(isStill)).toBe(true);
    const onlooker = new Onlooker();
    for (let frame = 0; frame < 30; frame++) onlooker.next(pictureOf({ x: 4 * frame }));
    expect(isStill(onlooker.next({ width: 4, height: 300, data: new Uint8Array(3_600) }).camera)).toBe(true);
  });
});
