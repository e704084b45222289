import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Tensor as Values } from "./families/family.ts";
import { allFinite } from "./finite.ts";
import { type Blueprint, type TensorInfo, WorkerFailure } from "./messages.ts";

/** A loaded ONNX graph with one float32 input. */
export class Graph {
  readonly inputs: TensorInfo[];
  readonly outputs: TensorInfo[];
  readonly #session: InferenceSession;
  readonly #name: string;

  private constructor(session: InferenceSession, name: string) {
    this.#session = session;
    this.#name = name;
    this.inputs = session.inputMetadata.map(tensorInfo);
    this.outputs = session.outputMetadata.map(tensorInfo);
  }

  /** Throws `model-unloadable`. */
  static async load({ graph, threads, name }: Blueprint): Promise<Graph> {
    try {
      const session = await InferenceSession.create(graph.slice(), {
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      });
      return new Graph(session, name);
    } catch (cause) {
      throw new WorkerFailure("model-unloadable", `${name}: ${(cause as Error).message}`);
    }
  }

  /** Runs the graph; throws `model-output-invalid` where an output is not finite or not float32. */
  async run(data: Float32Array, shape: readonly number[]): Promise<Values[]> {
    const input = new Tensor("float32", data, shape);
    const result = await this.#session.run({ [this.inputs[0]!.name]: input });
    return this.outputs.map(({ name }) => this.#values(name, result[name]!));
  }

  #values(name: string, tensor: InferenceSession.OnnxValueMapType[string]): Values {
    const { data, dims } = tensor;
    if (!(data instanceof Float32Array)) {
      throw new WorkerFailure("model-shape-mismatch", `${this.#name}: output "${name}" is not float32`);
    }
    if (!allFinite(data)) {
      throw new WorkerFailure("model-output-invalid", `${this.#name}: output "${name}" contains NaN or infinity`);
    }
    return { name, dims, data };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function tensorInfo(metadata: InferenceSession.ValueMetadata): TensorInfo {
  if (!metadata.isTensor) return { name: metadata.name, type: "not a tensor", shape: [] };
  return { name: metadata.name, type: metadata.type, shape: [...metadata.shape] };
}
