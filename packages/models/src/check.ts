import { readManifest } from "./manifest.ts";
import type { TensorInfo } from "./messages.ts";
import { type Model, openModel } from "./model.ts";
import { noise } from "./noise.ts";
import { defaultStore, readModel } from "./store.ts";

const warmups = 5;
const rounds = 50;

/** What a look at a model shows. */
export interface ModelReport {
  readonly name: string;
  readonly digest: string;
  /** Size of the ONNX file. */
  readonly bytes: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly warmups: number;
  /** Preprocessing, run and postprocessing of one picture on one thread. */
  readonly msMedian: number;
  readonly msP99: number;
  /** Above the threshold, on a picture of noise: a healthy detector sees next to nothing. */
  readonly detectionsOnNoise: number;
}

/** Loads a model and runs it on noise; throws what {@link openModel} throws. */
export async function checkModel(manifestPath: string): Promise<ModelReport> {
  const { manifest, folder } = await readManifest(manifestPath);
  const { length: bytes } = await readModel(manifest.spec, folder, defaultStore());
  const model = await openModel(manifestPath, { workers: 1, threads: 1 });
  try {
    return { name: model.name, digest: model.digest, bytes, ...(await measure(model)) };
  } finally {
    await model.close();
  }
}

async function measure(model: Model) {
  const picture = noise(640, 360);
  const timesMs: number[] = [];
  let detectionsOnNoise = 0;
  for (let round = -warmups; round < rounds; round++) {
    const { detections, preprocessMs, runMs, postprocessMs } = await model.detect(picture);
    if (round >= 0) timesMs.push(preprocessMs + runMs + postprocessMs);
    detectionsOnNoise = detections.filter((d) => d.score >= model.threshold).length;
  }
  const sorted = timesMs.toSorted((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.min(rounds - 1, Math.floor(q * rounds))]!;
  const { inputs, outputs } = model;
  return { inputs, outputs, warmups, msMedian: quantile(0.5), msP99: quantile(0.99), detectionsOnNoise };
}
