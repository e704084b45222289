import { limits, SluiceError } from "@sluice/contracts";
import type { Model, NamedTensor } from "@sluice/models";
import type { Tensor } from "./visit.ts";

/** Nested arrays deeper than this are no tensor. */
const deepest = 8;

/** A tensor's metadata as the protocol has it: a dimension that is left open is -1. */
export const metadataOf = ({ name, shape }: { name: string; shape: readonly (number | string)[] }) => ({
  name,
  datatype: "FP32",
  shape: shape.map((size) => (typeof size === "number" ? size : -1)),
});

export const outputOf = ({ name, shape, data }: NamedTensor) => ({ name, datatype: "FP32", shape, data: [...data] });

const refuse = (message: string) => new SluiceError("bad-request", message);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export interface InferRequest {
  readonly id: string | undefined;
  readonly tensor: Tensor;
  /** Names of the outputs that are wanted; all if undefined. */
  readonly outputs: readonly string[] | undefined;
}

/** Checks an inference request against the model: one image, in the model's own input shape. Throws `bad-request`. */
export function readInferRequest(body: unknown, model: Model): InferRequest {
  if (!isRecord(body)) throw refuse("the body must be a JSON object");
  const { id, inputs, outputs } = body;
  if (id !== undefined && typeof id !== "string") throw refuse("id must be a string");
  if (!Array.isArray(inputs) || inputs.length !== 1) throw refuse("inputs must be an array of one tensor");
  return { id, tensor: readTensor(inputs[0], model), outputs: readOutputs(outputs, model) };
}

function readTensor(input: unknown, model: Model): Tensor {
  const { name, shape: wanted } = model.inputs[0]!;
  if (!isRecord(input)) throw refuse("inputs[0] must be an object");
  if (input["name"] !== name) throw refuse(`inputs[0].name must be "${name}"`);
  if (input["datatype"] !== "FP32") throw refuse("inputs[0].datatype must be FP32");
  const { height, width } = model.manifest.spec.input;
  const shape = [1, 3, height, width];
  const given = input["shape"];
  if (!Array.isArray(given) || given.length !== shape.length || shape.some((size, i) => given[i] !== size)) {
    throw refuse(`inputs[0].shape must be [${shape.join(", ")}]: one image, of the graph's [${wanted.join(", ")}]`);
  }
  return { kind: "tensor", shape, data: readData(input["data"], 3 * height * width) };
}

/** Row-major, flat or nested. */
function readData(given: unknown, size: number): Float32Array {
  if (!Array.isArray(given)) throw refuse("inputs[0].data must be an array of numbers; binary data is not supported");
  const data = new Float32Array(size);
  const filled = fill(data, 0, given, deepest);
  if (filled !== size) throw refuse(`inputs[0].data has ${filled} numbers, the shape needs ${size}`);
  return data;
}

function fill(data: Float32Array, from: number, values: readonly unknown[], depth: number): number {
  let at = from;
  for (const value of values) {
    if (typeof value === "number" && Number.isFinite(Math.fround(value))) data[at++] = value;
    else if (Array.isArray(value) && depth > 1) at = fill(data, at, value, depth - 1);
    else throw refuse(`inputs[0].data must hold finite numbers only, value ${at} is none`);
  }
  return at;
}

function readOutputs(given: unknown, model: Model): string[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length > limits.classes) throw refuse("outputs must be an array");
  return given.map((output: unknown) => {
    const name = isRecord(output) ? output["name"] : undefined;
    const known = model.outputs.find((o) => o.name === name);
    if (!known) throw refuse(`outputs must name some of: ${model.outputs.map((o) => o.name).join(", ")}`);
    return known.name;
  });
}
