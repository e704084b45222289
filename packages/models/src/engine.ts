import type { Detection, Picture, Placement } from "@sluice/vision";
import { finish } from "./detections.ts";
import type { Adapter, Head } from "./families/family.ts";
import { adapters } from "./families/index.ts";
import { Graph } from "./graph.ts";
import {
  type Answer,
  type Blueprint,
  type GraphInfo,
  type NamedTensor,
  type Timing,
  WorkerFailure,
} from "./messages.ts";
import { noise } from "./noise.ts";
import { Preprocessor } from "./preprocess.ts";
import { inputProblem, outputProblem } from "./shape.ts";

/** A usual size that needs resizing: the first frame of a camera must not be the one that waits for the compiler. */
const warmUpPicture = { width: 640, height: 360 };
const warmUpRounds = 10;

/** A model inside its worker: pictures in, detections out, buffers kept between calls. */
export class Engine {
  readonly info: GraphInfo;
  readonly #blueprint: Blueprint;
  readonly #head: Head;
  readonly #adapter: Adapter;
  readonly #graph: Graph;
  readonly #preprocessor: Preprocessor;
  /** Room for the largest batch. */
  readonly #tensor: Float32Array;
  /** The batch size that the graph insists on, if it does. */
  readonly #fixedBatch: number | undefined;

  private constructor(blueprint: Blueprint, graph: Graph) {
    const { width, height, classes, floor, preprocess } = blueprint;
    this.#blueprint = blueprint;
    this.#graph = graph;
    this.#head = { width, height, classes, floor };
    this.#adapter = adapters[blueprint.family];
    const batch = graph.inputs[0]?.shape[0];
    this.#fixedBatch = typeof batch === "number" ? batch : undefined;
    this.info = { inputs: graph.inputs, outputs: graph.outputs, maxBatch: this.#fixedBatch ?? blueprint.maxBatch };
    this.#preprocessor = new Preprocessor(width, height, preprocess);
    this.#tensor = new Float32Array(this.info.maxBatch * 3 * width * height);
  }

  /** Loads, checks and warms up. Throws `model-unloadable`, `model-shape-mismatch`, `model-output-invalid`. */
  static async open(blueprint: Blueprint): Promise<Engine> {
    const graph = await Graph.load(blueprint);
    try {
      const problem = inputProblem(graph.inputs, blueprint);
      if (problem) throw new WorkerFailure("model-shape-mismatch", `${blueprint.name}: ${problem}`);
      const engine = new Engine(blueprint, graph);
      await engine.#warmUp();
      return engine;
    } catch (error) {
      await graph.release();
      throw error;
    }
  }

  async detect(pictures: readonly Picture[]): Promise<Answer> {
    const outputs: Detection[][] = [];
    const total = { preprocessMs: 0, runMs: 0, postprocessMs: 0 };
    for (let start = 0; start < pictures.length; start += this.info.maxBatch) {
      const timing = await this.#detectBatch(pictures.slice(start, start + this.info.maxBatch), outputs);
      total.preprocessMs += timing.preprocessMs;
      total.runMs += timing.runMs;
      total.postprocessMs += timing.postprocessMs;
    }
    return { kind: "detected", outputs, ...total };
  }

  async infer(data: Float32Array, shape: readonly number[]): Promise<Answer> {
    const values = await this.#graph.run(data, shape);
    const tensors = values.map((v): NamedTensor => ({ name: v.name, shape: [...v.dims], data: v.data.slice() }));
    return { kind: "inferred", tensors };
  }

  close(): Promise<void> {
    return this.#graph.release();
  }

  async #detectBatch(pictures: readonly Picture[], to: Detection[][]): Promise<Timing> {
    const startMs = performance.now();
    const placements = pictures.map((picture, i) => this.#preprocessor.write(picture, this.#tensor, i));
    const preparedMs = performance.now();
    const outputs = await this.#run(this.#fixedBatch ?? pictures.length);
    const ranMs = performance.now();
    for (const [i, picture] of pictures.entries()) to.push(this.#decode(outputs, i, placements[i]!, picture));
    const endMs = performance.now();
    return { preprocessMs: preparedMs - startMs, runMs: ranMs - preparedMs, postprocessMs: endMs - ranMs };
  }

  #run(batch: number) {
    const { width, height } = this.#head;
    return this.#graph.run(this.#tensor.subarray(0, batch * 3 * width * height), [batch, 3, height, width]);
  }

  #decode(outputs: Awaited<ReturnType<Graph["run"]>>, index: number, placement: Placement, picture: Picture) {
    const candidates = this.#adapter.decode(outputs, index, this.#head);
    return finish(candidates, this.#blueprint, placement, picture);
  }

  /** Runs every batch size that memory is planned for (1, 2, 4 … and the largest), then lets the compiler see the rest. */
  async #warmUp(): Promise<void> {
    const picture = noise(warmUpPicture.width, warmUpPicture.height);
    for (const batch of this.#fixedBatch ? [this.#fixedBatch] : doublings(this.info.maxBatch)) {
      for (let i = 0; i < batch; i++) this.#preprocessor.write(picture, this.#tensor, i);
      const outputs = await this.#tryRun(batch);
      const problem = outputProblem(outputs, this.#adapter, this.#head, batch);
      if (problem) throw new WorkerFailure("model-shape-mismatch", `${this.#blueprint.name}: ${problem}`);
      for (let round = 0; round < warmUpRounds; round++) {
        this.#decode(outputs, 0, this.#preprocessor.write(picture, this.#tensor, 0), picture);
      }
    }
  }

  async #tryRun(batch: number) {
    try {
      return await this.#run(batch);
    } catch (cause) {
      if (cause instanceof WorkerFailure) throw cause;
      const shape = `[${batch}, 3, ${this.#head.height}, ${this.#head.width}]`;
      const message = `${this.#blueprint.name}: the graph fails on an input of ${shape}: ${(cause as Error).message}`;
      throw new WorkerFailure("model-shape-mismatch", message);
    }
  }
}

function doublings(largest: number): number[] {
  const sizes = [];
  for (let size = 1; size < largest; size *= 2) sizes.push(size);
  return [...sizes, largest];
}
