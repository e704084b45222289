import { traceHeaderSchema } from "@sluice/contracts";
import { type Prng, seededPrng } from "@sluice/foundation";
import type { Detection } from "@sluice/vision";
import { readTrace } from "./reader.ts";
import type { Trace } from "./trace.ts";
import { headerLine } from "./writer.ts";

export interface Scenery {
  readonly frames: number;
  readonly streams?: readonly string[];
  readonly seed?: number;
  readonly fps?: number;
  readonly rungs?: readonly { readonly name: string; readonly width: number; readonly bytes: number }[];
}

const size = { width: 640, height: 480 };
type Rungs = NonNullable<Scenery["rungs"]>;
const oneRung: Rungs = [{ name: "full", width: 640, bytes: 10_000 }];

/** Lines of a recording of people that walk through a picture: the cloud sees all of them, the edge most, and ghosts. */
export function sceneryLines({ frames, streams = ["gate"], seed = 1, fps = 10, rungs = oneRung }: Scenery): string[] {
  const prng = seededPrng(seed);
  const header = traceHeaderSchema.parse({
    format: "sluice.trace",
    version: 1,
    classes: ["person", "dog"],
    edge: { model: "small", threshold: 0.35 },
    cloud: { model: "large", threshold: 0.35 },
    rungs: rungs.map(({ name, width }) => ({ name, width, height: (width * 3) / 4, quality: 75 })),
    streams: streams.map((name) => ({ name, ...size, fps })),
  });
  const walkers = Array.from({ length: 4 }, () => ({
    x: 640 * prng.next(),
    y: 380 * prng.next(),
    speed: 60 * prng.next(),
  }));
  const lines = [headerLine(header)];
  for (let frame = 0; frame < frames; frame++) {
    for (const stream of streams) lines.push(JSON.stringify(seen(stream, frame, frame / fps, walkers, rungs, prng)));
  }
  return lines;
}

export const scenery = (options: Scenery): Promise<Trace> => readTrace(sceneryLines(options), "scenery");

type Walker = { readonly x: number; readonly y: number; readonly speed: number };

function seen(stream: string, frame: number, t: number, walkers: Walker[], rungs: Rungs, prng: Prng) {
  const people = walkers.map(({ x, y, speed }) => boxAt((x + speed * t) % 640, y, 0.9));
  const edge = people.filter(() => prng.next() < 0.6).map((box) => blurred(box, prng));
  if (prng.next() < 0.3) edge.push(boxAt(20, 300, 0.5));
  const cloud = rungs.map(({ name }) => [name, people.map(entry)]);
  return {
    stream,
    frame,
    t,
    edge: edge.map(entry),
    cloud: Object.fromEntries(cloud),
    bytes: Object.fromEntries(rungs.map(({ name, bytes }) => [name, bytes])),
    signals: { motion: prng.next() * 0.1 },
  };
}

const boxAt = (x: number, y: number, score: number): Detection => ({
  x1: x,
  y1: y,
  x2: x + 40,
  y2: y + 90,
  score,
  classId: 0,
});

function blurred(box: Detection, prng: Prng): Detection {
  const [dx, dy] = [12 * (prng.next() - 0.5), 12 * (prng.next() - 0.5)];
  const { x1, y1, x2, y2 } = box;
  return { ...box, x1: x1 + dx, x2: x2 + dx, y1: y1 + dy, y2: y2 + dy, score: 0.2 + 0.7 * prng.next() };
}

const entry = ({ x1, y1, x2, y2, score, classId }: Detection) => [x1, y1, x2, y2, score, classId];
