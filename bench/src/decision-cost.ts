import { offloadSchema } from "@sluice/contracts";
import { type Prng, seededPrng } from "@sluice/foundation";
import { Fusion } from "@sluice/fusion";
import { Decider, Price, Road, TokenBucket } from "@sluice/offload";
import type { Detection } from "@sluice/vision";
import type { Context } from "./context.ts";
import type { Findings } from "./measure.ts";
import { median, quantile } from "./statistics.ts";

const boxes = 50;
const frameMs = 100;
const replyEvery = 10;
const size = { width: 1_280, height: 720 };
const target = { atMost: 1_000 };

/** Time that one frame with 50 boxes takes to be fused, assessed and decided, replies included. */
export async function decisionCost({ scale }: Context): Promise<Findings> {
  const prng = seededPrng(1);
  const walkers = Array.from({ length: boxes }, () => walker(prng));
  const spec = offloadSchema.parse({ model: "cloud", budget: { rate: "1MB/s" } });
  const bucket = new TokenBucket(spec.budget.rate, spec.budget.burst, 0);
  const shared = {
    spec,
    bucket,
    price: new Price(),
    ...size,
    framesPerSecond: () => 10,
    threshold: 0.35,
    task: "detection" as const,
  };
  const decider = new Decider({ ...shared, overheadBytes: 200, prng });
  const fusion = new Fusion({ ...size, threshold: 0.35, limit: 1_000 });
  const road = new Road();
  const tookUs: number[] = [];
  for (let frame = 0; frame < scale.frames; frame++) {
    const atMs = frame * frameMs;
    const local = walkers.map((w) => boxAt(w, atMs, prng));
    const startMs = performance.now();
    const { answer, f1 } = fusion.frame(frame, atMs, local);
    const view = road.view(atMs, { connected: true, inFlight: 0, inFlightLimit: 2 }, 500);
    decider.decide({ frame, atMs, local, answer, motion: 0.05, expectedLoss: 1 - f1 }, view);
    if (frame % replyEvery === 0) fusion.reply(frame, local);
    tookUs.push((performance.now() - startMs) * 1_000);
  }
  const warm = tookUs.slice(Math.floor(tookUs.length / 10));
  return {
    setting: { boxes, frames: scale.frames, replies: `one in ${replyEvery}` },
    measures: [
      { name: "assess, decide and fuse, p99", value: quantile(warm, 0.99), unit: "µs", target },
      { name: "assess, decide and fuse, p50", value: median(warm), unit: "µs" },
    ],
  };
}

interface Walker {
  readonly x: number;
  readonly y: number;
  readonly speed: number;
}

const walker = (prng: Prng): Walker => ({ x: prng.next() * 1_200, y: prng.next() * 640, speed: prng.next() * 40 - 20 });

/** Where a walker is seen: it paces up and down, and the edge model sees it a little off. */
function boxAt({ x, y, speed }: Walker, atMs: number, prng: Prng): Detection {
  const left = x + Math.sin(atMs / 5_000) * speed + prng.next() * 3;
  return { x1: left, y1: y, x2: left + 30, y2: y + 70, score: 0.3 + 0.6 * prng.next(), classId: 0 };
}
