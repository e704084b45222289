import { type Prng, seededPrng } from "@sluice/foundation";
import { describe, expect, test } from "vitest";
import { readTrace } from "./reader.ts";
import { run } from "./run.ts";
import { scoredAlone, scoredNever } from "./scored.ts";
import { specFor } from "./spec.builder.ts";
import { sceneryLines } from "./trace.builder.ts";
import type { Trace } from "./trace.ts";

type Entry = [x1: number, y1: number, x2: number, y2: number, score: number, classId: number];
interface Line {
  frame: number;
  edge: Entry[];
}

const half = 1_000;
const stretch = 100;
const seeds = [1, 2, 3, 4, 5];

/** In the dark the edge model misses two of three of those it sees by day, doubts the others, and takes lamps for people. */
function dark(line: Line, prng: Prng): Line {
  const seen = line.edge
    .filter(() => prng.next() < 0.34)
    .map(([x1, y1, x2, y2, score, id]): Entry => {
      return [x1, y1, x2, y2, score * 0.55, id];
    });
  const lamps = [0, 1, 2]
    .filter(() => prng.next() < 0.5)
    .map((lamp): Entry => {
      return [200 * lamp + 30, 20, 200 * lamp + 70, 110, 0.4 + 0.4 * prng.next(), 0];
    });
  return { ...line, edge: [...seen, ...lamps] };
}

/** The same street twice as long as a stretch of light, of which `isNight` says which frames are dark. */
async function street(isNight: (frame: number) => boolean, seed: number): Promise<Trace> {
  const prng = seededPrng(seed);
  const [header, ...frames] = sceneryLines({ frames: 2 * half, seed });
  const lines = frames.map((text) => {
    const line = JSON.parse(text) as Line;
    const darkened = dark(line, prng);
    return JSON.stringify(isNight(line.frame) ? darkened : line);
  });
  return readTrace([header!, ...lines], "street");
}

/** Mean of each stretch of frames after the change. */
const stretches = (values: readonly number[]) =>
  Array.from({ length: half / stretch }, (_, i) => mean(values.slice(half + i * stretch, half + (i + 1) * stretch)));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Even sends by a device for which it has been night, or not; `simple`: the better of no sends and of no fusion. */
async function scores(isNight: (frame: number) => boolean, share: number, seed: number) {
  const trace = await street(isNight, seed);
  const spec = specFor(trace, share, "periodic");
  const { frames } = run(trace, { spec, seed, road: { network: undefined, rttMs: 0 } });
  const [never] = scoredNever(trace);
  const [alone] = scoredAlone(trace, { frames, beliefs: [] });
  const [a, b] = [stretches(never!.scores), stretches(alone!.scores)];
  return { fused: stretches(frames.map(({ score }) => score)), simple: a.map((score, i) => Math.max(score, b[i]!)) };
}

const changes = { "day to night": [false, true], "night to day": [true, false] } as const;

describe.each(Object.entries(changes))("from %s", (_, [first, then]) => {
  test.each([
    [10, 0.05],
    [40, 0.08],
  ])(
    "with a reply every %i frames, what was learned before costs little, and fusion pays at once",
    async (every, most) => {
      const runs = seeds.map(async (seed) => {
        const changed = await scores((frame) => (frame < half ? first : then), 1 / every, seed);
        const settled = await scores(() => then, 1 / every, seed);
        for (const [i, score] of changed.fused.entries()) expect(score).toBeGreaterThan(changed.simple[i]!);
        return changed.fused.map((score, i) => settled.fused[i]! - score);
      });
      const short = await Promise.all(runs);
      for (let i = 0; i < half / stretch; i++) expect(mean(short.map((each) => each[i]!))).toBeLessThan(most);
    },
  );
});
