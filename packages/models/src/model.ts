import { limits, type ModelManifest, SluiceError } from "@sluice/contracts";
import { type Clock, systemClock } from "@sluice/foundation";
import type { Detection, Picture, Task } from "@sluice/vision";
import { adapters } from "./families/index.ts";
import { identityOf } from "./identity.ts";
import { readManifest } from "./manifest.ts";
import type { Answer, Blueprint, GraphInfo, NamedTensor, TensorInfo, Timing } from "./messages.ts";
import { Pool } from "./pool.ts";
import type { Preprocess } from "./preprocess.ts";
import { defaultStore, readModel, type StoreOptions } from "./store.ts";

/** Scores down to this are reported whatever the threshold: the doubtful ones tell how sure the model is. */
const scoreFloor = 0.15;
/** Pictures in a run where neither the graph nor the caller says. */
const defaultBatch = 8;
const hungAfterMs = 30_000;
const loadWithinMs = 120_000;

export interface Output {
  /** In picture pixels, clipped, best first, score at least min(0.15, threshold), at most `limits.detectionsPerFrame`. */
  readonly detections: Detection[];
}

export interface ModelOptions {
  /** Worker threads, each with a session of its own. */
  readonly workers: number;
  /** Threads of a session; `workers × threads` should not exceed the cores. */
  readonly threads: number;
  /** Pictures in one run, where the graph leaves its batch open. */
  readonly maxBatch?: number;
}

/** What a model needs from its surroundings; tests replace them. */
export interface Surroundings {
  readonly clock: Clock;
  readonly store: StoreOptions;
  readonly hungAfterMs: number;
}

/** A loaded, warm model. Every method throws SluiceErrors. */
export class Model {
  readonly manifest: ModelManifest;
  readonly name: string;
  /** sha256 of the ONNX file. */
  readonly digest: string;
  /** See {@link identityOf}. */
  readonly identity: string;
  readonly classes: readonly string[];
  readonly task: Task;
  readonly threshold: number;
  /** Pictures in one run; 1 if the graph's batch dimension is fixed to 1. */
  readonly maxBatch: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #pool: Pool;

  constructor(manifest: ModelManifest, { pool, graph }: { pool: Pool; graph: GraphInfo }) {
    this.manifest = manifest;
    this.name = manifest.metadata.name;
    this.digest = manifest.spec.sha256;
    this.identity = identityOf(manifest);
    this.classes = manifest.spec.classes;
    this.task = manifest.spec.task;
    this.threshold = manifest.spec.thresholds.score;
    this.maxBatch = graph.maxBatch;
    this.inputs = graph.inputs;
    this.outputs = graph.outputs;
    this.#pool = pool;
  }

  /** Detections of one picture. Shared memory goes to the worker as it is and must stay valid until then. */
  async detect(picture: Picture): Promise<Output & Timing> {
    const { outputs, ...timing } = await this.detectBatch([picture]);
    return { ...outputs[0]!, ...timing };
  }

  /** As {@link detect}, for pictures of any sizes: one run where the graph allows, else one after another. */
  async detectBatch(pictures: readonly Picture[]): Promise<{ outputs: Output[] } & Timing> {
    for (const picture of pictures) this.#check(picture);
    const posted = pictures.map(({ width, height, data }) => ({ width, height, data: postable(data) }));
    const transfer = posted.flatMap(({ data }) => transferable(data));
    const answer = await this.#pool.submit({ kind: "detect", pictures: posted }, transfer);
    const { outputs, preprocessMs, runMs, postprocessMs } = answer as Extract<Answer, { kind: "detected" }>;
    return { outputs: outputs.map((detections) => ({ detections })), preprocessMs, runMs, postprocessMs };
  }

  /** Runs the graph on a ready-made input tensor; outputs as the graph gives them. */
  async inferTensor(data: Float32Array, shape: readonly number[]): Promise<NamedTensor[]> {
    this.#checkTensor(data, shape);
    const posted = postable(data);
    const answer = await this.#pool.submit({ kind: "infer", data: posted, shape }, transferable(posted));
    return (answer as Extract<Answer, { kind: "inferred" }>).tensors;
  }

  /** Finishes what was accepted, then ends the workers. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  #check({ width, height, data }: Picture): void {
    const size = `${this.name}: a picture of ${width}×${height}`;
    if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
      throw new SluiceError("bad-image", `${size} is empty`);
    }
    if (width * height > limits.picturePixels) {
      throw new SluiceError("too-large", `${size} has more than ${limits.picturePixels} pixels`);
    }
    if (data.length !== 3 * width * height) {
      throw new SluiceError("bad-image", `${size} needs ${3 * width * height} bytes, it has ${data.length}`);
    }
  }

  #checkTensor(data: Float32Array, shape: readonly number[]): void {
    const { name, shape: graph } = this.inputs[0]!;
    const [batch] = shape;
    const fits = shape.length === graph.length && shape.every((n, i) => typeof graph[i] === "string" || graph[i] === n);
    const { input } = this.manifest.spec;
    const full = [batch, 3, input.height, input.width];
    const isInput = fits && batch! >= 1 && batch! <= this.maxBatch && full.every((n, i) => n === shape[i]);
    if (!isInput) {
      const wanted = `[1 to ${this.maxBatch}, ${full.slice(1).join(", ")}]`;
      throw new SluiceError(
        "bad-request",
        `${this.name}: input "${name}" is [${shape.join(", ")}], expected ${wanted}`,
      );
    }
    const size = shape.reduce((a, b) => a * b, 1);
    if (data.length !== size) {
      throw new SluiceError("bad-request", `${this.name}: input "${name}" has ${data.length} values, expected ${size}`);
    }
  }
}

/** Reads the manifest, verifies the file's sha256, loads it in every worker, checks its shapes and warms it up. */
export async function openModel(
  manifestPath: string,
  options: ModelOptions,
  surroundings: Partial<Surroundings> = {},
): Promise<Model> {
  const { clock, store, ...rest } = { clock: systemClock, store: defaultStore(), hungAfterMs, ...surroundings };
  const { manifest, folder } = await readManifest(manifestPath);
  const graph = await readModel(manifest.spec, folder, store);
  const plan = drawUp(manifest, graph, options);
  const opened = await Pool.open(plan, options.workers, { clock, loadWithinMs, hungAfterMs: rest.hungAfterMs });
  return new Model(manifest, opened);
}

function drawUp({ metadata, spec }: ModelManifest, graph: Uint8Array, options: ModelOptions): Blueprint {
  return {
    name: metadata.name,
    family: spec.family,
    graph,
    ...spec.input,
    classes: spec.classes.length,
    preprocess: { ...adapters[spec.family].preprocess, ...given(spec.preprocess) },
    floor: Math.min(scoreFloor, spec.thresholds.score),
    nmsIou: spec.thresholds.nms,
    keep: limits.detectionsPerFrame,
    maxBatch: options.maxBatch ?? defaultBatch,
    threads: options.threads,
  };
}

/** Without the fields that are undefined. */
function given(overrides: ModelManifest["spec"]["preprocess"]): Partial<Preprocess> {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** Shared memory as it is; a copy of anything else, so that the caller keeps theirs. A Buffer's own `slice` is no copy. */
function postable<T extends Uint8Array | Float32Array>(data: T): T {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  return (data instanceof Float32Array ? new Float32Array(data) : new Uint8Array(data)) as T;
}

function transferable({ buffer }: Uint8Array | Float32Array): ArrayBuffer[] {
  return buffer instanceof SharedArrayBuffer ? [] : [buffer];
}
