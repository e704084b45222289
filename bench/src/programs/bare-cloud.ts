import { readFile } from "node:fs/promises";
import { decodeImage } from "@sluice/imaging";
import { openModel } from "@sluice/models";
import type { Picture } from "@sluice/vision";
import { serveReadings, told } from "./meter.ts";

/** What a program would do that has all pictures at hand: decode a batch, run it, again and again. */
interface Bare {
  readonly model: string;
  readonly pictures: readonly string[];
  readonly workers: number;
  readonly threads: number;
  readonly maxBatch: number;
  /** Whether the next batch is decoded while the model runs. */
  readonly ahead: boolean;
}

const { model: manifest, pictures, workers, threads, maxBatch, ahead } = told() as Bare;
const jpegs = await Promise.all(pictures.map((path) => readFile(path)));
const model = await openModel(manifest, { workers, threads, maxBatch });
let count = 0;
let next = 0;
process.once("SIGTERM", () => process.kill(process.pid, "SIGKILL"));
serveReadings(() => ({ count }));
await Promise.all(Array.from({ length: workers }, loop));

async function loop(): Promise<never> {
  let decoding = decode();
  for (;;) {
    const batch = await decoding;
    if (ahead) decoding = decode();
    await model.detectBatch(batch);
    count += batch.length;
    if (!ahead) decoding = decode();
  }
}

function decode(): Promise<Picture[]> {
  return Promise.all(Array.from({ length: maxBatch }, () => decodeImage(jpegs[next++ % jpegs.length]!)));
}
