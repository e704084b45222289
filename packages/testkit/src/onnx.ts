import { bytes, type Field, integer, message, text } from "./protobuf.ts";

/** Numbers of onnx.proto: the data types and attribute types that the test models use. */
const types = { float: 1, int64: 7, bool: 9 } as const;
const attributeTypes = { int: 2, graph: 5, ints: 7 } as const;
type ElementType = keyof typeof types;

export type Attribute = number | readonly number[] | Graph;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type?: ElementType;
  /** A name leaves a dimension open. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxConstant {
  readonly name: string;
  readonly type?: "float" | "int64";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Graph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants?: readonly OnnxConstant[];
}

/** An ONNX file (IR 8, opset 13) with this graph. */
export function onnxFile(graph: Graph): Uint8Array {
  const opset = message(8, [text(1, ""), integer(2, 13)]);
  return Buffer.concat([integer(1, 8), text(2, "sluice-testkit"), opset, message(7, graphFields(graph))]);
}

function graphFields({ nodes, constants = [], inputs, outputs }: Graph): Field[] {
  return [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, "graph"),
    ...constants.map((constant) => message(5, constantFields(constant))),
    ...inputs.map((value) => message(11, valueFields(value))),
    ...outputs.map((value) => message(12, valueFields(value))),
  ];
}

function nodeFields({ op, inputs, outputs, attributes = {} }: OnnxNode): Field[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...attributeFields(value)])),
  ];
}

function attributeFields(value: Attribute): Field[] {
  if (typeof value === "number") return [integer(3, value), integer(20, attributeTypes.int)];
  if ("nodes" in value) return [message(6, graphFields(value)), integer(20, attributeTypes.graph)];
  return [...value.map((one) => integer(8, one)), integer(20, attributeTypes.ints)];
}

function constantFields({ name, type = "float", shape, data }: OnnxConstant): Field[] {
  const values = type === "float" ? Float32Array.from(data) : BigInt64Array.from(data, BigInt);
  return [
    ...shape.map((size) => integer(1, size)),
    integer(2, types[type]),
    text(8, name),
    bytes(9, new Uint8Array(values.buffer)),
  ];
}

function valueFields({ name, type = "float", shape }: OnnxValue): Field[] {
  const dimensions = shape.map((size) => message(1, [typeof size === "number" ? integer(1, size) : text(2, size)]));
  return [text(1, name), message(2, [message(1, [integer(1, types[type]), message(2, dimensions)])])];
}
