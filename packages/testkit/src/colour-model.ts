import { onnxFile } from "./onnx.ts";

/** A logit for each class from a picture's mean red, green and blue, 0 to 1. */
export interface ColourOptions {
  readonly width: number;
  readonly height: number;
  /** By class: what red, green and blue speak for it, and what it has without them. */
  readonly classes: readonly { readonly weights: readonly [number, number, number]; readonly bias: number }[];
}

/** Lines for the manifest of a {@link colourModel}: its input is 0 to 1, in RGB. */
export const colourPreprocess = 'preprocess: { mean: ["0", "0", "0"], std: ["1", "1", "1"] }';

/** A classifier that tells pictures by their colour: an ONNX file of a few hundred bytes, logits of [batch, classes]. */
export function colourModel({ width, height, classes }: ColourOptions): Uint8Array {
  const channels = [0, 1, 2] as const;
  return onnxFile({
    inputs: [{ name: "images", shape: ["batch", 3, height, width] }],
    outputs: [{ name: "logits", shape: ["batch", classes.length] }],
    constants: [
      {
        name: "weights",
        shape: [3, classes.length],
        data: channels.flatMap((c) => classes.map(({ weights }) => weights[c])),
      },
      { name: "bias", shape: [1, classes.length], data: classes.map(({ bias }) => bias) },
    ],
    nodes: [
      { op: "ReduceMean", inputs: ["images"], outputs: ["colour"], attributes: { axes: [2, 3], keepdims: 0 } },
      { op: "MatMul", inputs: ["colour", "weights"], outputs: ["spoken"] },
      { op: "Add", inputs: ["spoken", "bias"], outputs: ["logits"] },
    ],
  });
}
