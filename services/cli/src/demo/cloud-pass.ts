import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { toWire, type WireDetections } from "@sluice/contracts";
import { type Clock, seededPrng } from "@sluice/foundation";
import { openCapture } from "@sluice/imaging";
import { type Model, openModel } from "@sluice/models";
import { cloudCache } from "../workspace.ts";
import type { ModelFile } from "./plan.ts";

/** Passes that are kept; beyond it the oldest go. */
const keptPasses = 32;
const stallAfterMs = 30_000;

/** What the cloud model answers for the first frames of a video. */
export type Pass = readonly WireDetections[];

export interface Wanted {
  readonly video: string;
  /** Frames from the start of the file. */
  readonly frames: number;
}

interface Watch {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told the share of all frames that are done. */
  onProgress(done: number, total: number): void;
}

/**
 * Runs every wanted frame through the model at full size, or takes the answers from the cache. Where `signal` aborted,
 * what was not in the cache is undefined.
 */
export async function cloudPasses(
  wanted: readonly Wanted[],
  file: ModelFile,
  watch: Watch,
): Promise<(Pass | undefined)[]> {
  const paths = await Promise.all(wanted.map(({ video }) => cachePath(video, file)));
  const passes = await Promise.all(paths.map((path, index) => readPass(path, wanted[index]!.frames)));
  const missing = wanted.filter((_, index) => !passes[index]);
  if (missing.length === 0 || watch.signal.aborted) return passes;
  const total = missing.reduce((sum, { frames }) => sum + frames, 0);
  const model = await openModel(file.path, { workers: 1, threads: availableParallelism(), maxBatch: 1 });
  try {
    let done = 0;
    for (const [index, each] of wanted.entries()) {
      if (passes[index]) continue;
      const pass = await run(each, model, watch, () => watch.onProgress(++done, total));
      if (!pass) break;
      passes[index] = pass;
      await writePass(paths[index]!, pass);
    }
  } finally {
    await model.close();
  }
  return passes;
}

async function run(wanted: Wanted, model: Model, watch: Watch, tick: () => void): Promise<Pass | undefined> {
  const source = {
    stream: "pass",
    source: `file:${wanted.video}`,
    loop: false,
    masks: [],
    stallAfterMs,
    pace: "asap",
  } as const;
  const capture = openCapture(source, { clock: watch.clock, prng: seededPrng(1), onState: () => {} });
  const pass: WireDetections[] = [];
  try {
    while (pass.length < wanted.frames) {
      if (watch.signal.aborted) return undefined;
      const frame = await capture.next();
      if (!frame) break;
      const { detections } = await model.detect(frame);
      frame.release();
      pass.push(
        toWire(
          detections.filter((d) => d.score >= model.threshold),
          model.classes,
        ),
      );
      tick();
    }
  } finally {
    await capture.close();
  }
  return pass;
}

/** Named by what the answers follow from: the bytes of the video, and the manifest, which holds the model's digest. */
async function cachePath(video: string, { manifest }: ModelFile): Promise<string> {
  const clip = createHash("sha256");
  await pipeline(createReadStream(video), clip);
  const model = createHash("sha256").update(JSON.stringify(manifest.spec));
  return join(cloudCache, `${clip.digest("hex").slice(0, 24)}-${model.digest("hex").slice(0, 24)}.json.gz`);
}

async function readPass(path: string, frames: number): Promise<Pass | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  const pass = bytes && (JSON.parse(gunzipSync(bytes).toString()) as Pass);
  return pass && pass.length >= frames ? pass : undefined;
}

async function writePass(path: string, pass: Pass): Promise<void> {
  await mkdir(cloudCache, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, gzipSync(JSON.stringify(pass)));
  await rename(draft, path);
  const files = (await readdir(cloudCache)).map((name) => join(cloudCache, name));
  const ages = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
  const old = ages.toSorted((a, b) => b.at - a.at).slice(keptPasses);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}
