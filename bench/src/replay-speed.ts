import { offloadSchema, traceHeaderSchema } from "@sluice/contracts";
import { type Prng, seededPrng } from "@sluice/foundation";
import { frameLine, headerLine, readTrace, run, type Trace, type TraceFrame } from "@sluice/replay";
import type { Detection } from "@sluice/vision";
import type { Context } from "./context.ts";
import type { Findings, Measure } from "./measure.ts";
import { median } from "./statistics.ts";

const size = { width: 1_280, height: 720 };
const fps = 10;
/** People in the picture at a time: the embedded clips have 2 to 7, a busy crossing 20, a crowd 60. */
const densities = [5, 10, 20, 60];
const pictureBytes = 40_000;
const share = 0.1;
const target = { atLeast: 20_000 };
/** A crowd takes its time: it gets fewer frames, but these at least. */
const fewest = 2_000;

/** Frames a second that a replay takes, by how much is in the picture: reading the trace, and deciding, fusing and scoring. */
export async function replaySpeed({ scale }: Context): Promise<Findings> {
  const measures: Measure[] = [];
  for (const people of densities) measures.push(...(await speedsAt(people, scale)));
  return { setting: { frames: scale.frames, budget: `${100 * share} % of sending every frame` }, measures };
}

async function speedsAt(people: number, { frames: most, rounds }: Context["scale"]): Promise<Measure[]> {
  const frames = Math.max(Math.min(most, fewest), Math.floor((most * densities[0]!) / people));
  const trace = sidewalk(people, frames);
  const lines = [headerLine(trace.header), ...trace.frames.map((frame) => frameLine(trace.header, frame))];
  const spec = offloadSchema.parse({
    model: "cloud",
    budget: { rate: `${share * pictureBytes * fps}B/s`, burst: "1MB" },
    payload: { rungs: trace.header.rungs.map(({ name, width, quality }) => ({ name, width, quality })) },
  });
  const reading: number[] = [];
  const running: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    await readTrace(lines, "sidewalk");
    const readMs = performance.now();
    run(trace, { spec, seed: round, road: { network: undefined, rttMs: 0 } });
    reading.push((1_000 * frames) / (readMs - startMs));
    running.push((1_000 * frames) / (performance.now() - readMs));
  }
  return [
    { name: `frames with ${people} people replayed a second`, value: median(running), unit: "1/s", target },
    { name: `frames with ${people} people read from a trace a second`, value: median(reading), unit: "1/s" },
  ];
}

/** A recording of people who walk by; the edge misses some of them now and then. */
function sidewalk(people: number, frames: number): Trace {
  const header = traceHeaderSchema.parse({
    format: "sluice.trace",
    version: 1,
    classes: ["person"],
    edge: { model: "small", threshold: 0.35 },
    cloud: { model: "large", threshold: 0.35 },
    rungs: [{ name: "full", ...size, quality: 75 }],
    streams: [{ name: "sidewalk", ...size, fps }],
  });
  const prng = seededPrng(1);
  const walkers = Array.from({ length: people }, () => ({
    x: 1_280 * prng.next(),
    y: 600 * prng.next(),
    speed: 80 * prng.next(),
  }));
  return { header, frames: Array.from({ length: frames }, (_, frame) => lookAt(walkers, frame, prng)) };
}

type Walker = { readonly x: number; readonly y: number; readonly speed: number };

function lookAt(walkers: readonly Walker[], frame: number, prng: Prng): TraceFrame {
  const t = frame / fps;
  const real = walkers.map(({ x, y, speed }): Detection => {
    const left = (x + speed * t) % 1_240;
    return { x1: left, y1: y, x2: left + 40, y2: y + 100, score: 0.9, classId: 0 };
  });
  const edge = real
    .filter(() => prng.next() < 0.8)
    .map((box) => ({ ...box, x1: box.x1 + 4 * prng.next(), score: 0.2 + 0.7 * prng.next() }))
    .toSorted((a, b) => b.score - a.score);
  return { stream: 0, frame, t, edge, cloud: [real], bytes: [pictureBytes], signals: { motion: 0.02 } };
}
