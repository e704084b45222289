import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Graph, type OnnxConstant, type OnnxNode, onnxFile } from "./onnx.ts";

/** A detection that a test model always reports, in input pixels around a cell of its grid. */
export interface FixedPeak {
  readonly classId: number;
  readonly column: number;
  readonly row: number;
  readonly score: number;
  /** Left, top, right, bottom, from the cell's centre. */
  readonly distances: readonly [number, number, number, number];
}

export interface PeaksOptions {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly classes: number;
  readonly peaks: readonly FixedPeak[];
  /** A number fixes the graph's batch dimension. */
  readonly batch?: number;
  /** Scores are multiplied by the mean of the input tensor, 0 to 1 from black to white: answers that depend on the picture. */
  readonly scoreTimesBrightness?: boolean;
  /** Inputs whose mean is above this give NaN; at -1 all do. */
  readonly nanAbove?: number;
  /** Inputs whose mean is above 0.9 keep the graph busy for so many rounds, about a microsecond each. */
  readonly roundsOnWhite?: number;
}

const oneScalar = [1, 1, 1, 1];

/** A model of the family `peaks` that always reports the same detections: an ONNX file of a few kilobytes. */
export function peaksModel(options: PeaksOptions): Uint8Array {
  return onnxFile(peaksGraph(options));
}

/** A `peaks` model that answers with NaN: always, or where the input's mean is above `nanAbove`. */
export function nanModel({ nanAbove = -1, ...rest }: PeaksOptions): Uint8Array {
  return peaksModel({ ...rest, nanAbove });
}

function peaksGraph(options: PeaksOptions): Graph {
  const { width, height, classes, stride, batch = "batch" } = options;
  const [rows, columns] = [height / stride, width / stride];
  return {
    inputs: [{ name: "images", shape: [batch, 3, height, width] }],
    outputs: [
      { name: "scores", shape: [batch, classes, rows, columns] },
      { name: "boxes", shape: [batch, 4, rows, columns] },
    ],
    constants: [...maps(options, rows, columns), ...scalars(options)],
    nodes: [
      { op: "ReduceMean", inputs: ["images"], outputs: ["mean"], attributes: { axes: [1, 2, 3], keepdims: 1 } },
      ...zeroNodes(options),
      { op: options.scoreTimesBrightness ? "Mul" : "Add", inputs: factorOf(options), outputs: ["plain"] },
      { op: "Add", inputs: ["plain", "zero"], outputs: ["scores"] },
      { op: "Add", inputs: ["box_map", "zero"], outputs: ["boxes"] },
    ],
  };
}

const factorOf = ({ scoreTimesBrightness }: PeaksOptions) => ["score_map", scoreTimesBrightness ? "mean" : "zero"];

/** `zero` is 0 for each image of the batch, whatever its pixels; or NaN, or late, where the options want it. */
function zeroNodes({ nanAbove, roundsOnWhite }: PeaksOptions): OnnxNode[] {
  const nodes: OnnxNode[] = [{ op: "Mul", inputs: ["mean", "nought"], outputs: ["plain_zero"] }];
  if (nanAbove === undefined) nodes.push({ op: "Identity", inputs: ["plain_zero"], outputs: ["nan_zero"] });
  else {
    nodes.push(
      { op: "Sub", inputs: ["nan_above", "mean"], outputs: ["left"] },
      { op: "Sqrt", inputs: ["left"], outputs: ["root"] },
      { op: "Mul", inputs: ["root", "nought"], outputs: ["nan_zero"] },
    );
  }
  if (roundsOnWhite === undefined) nodes.push({ op: "Identity", inputs: ["nan_zero"], outputs: ["zero"] });
  else nodes.push(...loopNodes);
  return nodes;
}

/** Whether any image of the batch is white, as the number of rounds to go; each round doubles 0. */
const loopNodes: OnnxNode[] = [
  { op: "ReduceMax", inputs: ["mean"], outputs: ["brightest"], attributes: { keepdims: 0 } },
  { op: "Greater", inputs: ["brightest", "white"], outputs: ["is_white"] },
  { op: "Cast", inputs: ["is_white"], outputs: ["white_count"], attributes: { to: 7 } },
  { op: "Mul", inputs: ["white_count", "rounds"], outputs: ["trips"] },
  { op: "Loop", inputs: ["trips", "", "nan_zero"], outputs: ["zero"], attributes: { body: loopBody() } },
];

function loopBody(): Graph {
  return {
    inputs: [
      { name: "round", type: "int64", shape: [] },
      { name: "go", type: "bool", shape: [] },
      { name: "before", shape: ["batch", 1, 1, 1] },
    ],
    outputs: [
      { name: "go_on", type: "bool", shape: [] },
      { name: "after", shape: ["batch", 1, 1, 1] },
    ],
    nodes: [
      { op: "Identity", inputs: ["go"], outputs: ["go_on"] },
      { op: "Add", inputs: ["before", "before"], outputs: ["after"] },
    ],
  };
}

function scalars({ nanAbove = 0, roundsOnWhite = 0 }: PeaksOptions): OnnxConstant[] {
  return [
    { name: "nought", shape: oneScalar, data: [0] },
    { name: "nan_above", shape: oneScalar, data: [nanAbove] },
    { name: "white", shape: [], data: [0.9] },
    { name: "rounds", type: "int64", shape: [], data: [roundsOnWhite] },
  ];
}

/** The score and distance maps with the peaks in them. */
function maps({ classes, peaks }: PeaksOptions, rows: number, columns: number): OnnxConstant[] {
  const cells = rows * columns;
  const scores = Array.from({ length: classes * cells }, () => 0);
  const boxes = Array.from({ length: 4 * cells }, () => 0);
  for (const { classId, column, row, score, distances } of peaks) {
    const cell = row * columns + column;
    scores[classId * cells + cell] = score;
    for (const [side, distance] of distances.entries()) boxes[side * cells + cell] = distance;
  }
  return [
    { name: "score_map", shape: [1, classes, rows, columns], data: scores },
    { name: "box_map", shape: [1, 4, rows, columns], data: boxes },
  ];
}

export interface ManifestFields {
  readonly name: string;
  readonly family: string;
  readonly width: number;
  readonly height: number;
  readonly classes: readonly string[];
  /** Lines of YAML, each beginning in the first column, that are added to `spec`. */
  readonly more?: string;
  readonly sha256?: string;
  readonly uri?: string;
}

/** Writes `NAME.onnx` and its manifest `NAME.yaml` into a folder; returns the manifest's path. */
export async function writeModel(folder: string, graph: Uint8Array, fields: ManifestFields): Promise<string> {
  const { name, family, width, height, classes, more = "" } = fields;
  const digest = fields.sha256 ?? createHash("sha256").update(graph).digest("hex");
  const path = join(folder, `${name}.yaml`);
  await writeFile(join(folder, `${name}.onnx`), graph);
  const lines = [
    "apiVersion: sluice.dev/v1alpha1",
    "kind: InferenceModel",
    `metadata: { name: ${name} }`,
    "spec:",
    `  uri: ${fields.uri ?? `file:${name}.onnx`}`,
    `  sha256: "${digest}"`,
    `  task: ${family === "classification" ? "classification" : "detection"}`,
    `  family: ${family}`,
    `  input: { width: ${width}, height: ${height} }`,
    `  classes: ${JSON.stringify(classes)}`,
    ...more.split("\n").map((line) => `  ${line}`),
  ];
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}
