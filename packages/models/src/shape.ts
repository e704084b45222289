import type { Adapter, Expected, Head, Tensor } from "./families/family.ts";
import type { TensorInfo } from "./messages.ts";

/** Why the graph's input cannot take [N, 3, height, width], or undefined if it can. */
export function inputProblem(inputs: readonly TensorInfo[], { width, height }: Head): string | undefined {
  const [input] = inputs;
  if (!input || inputs.length > 1) return `the graph has ${inputs.length} inputs, expected 1`;
  if (input.type !== "float32") return `input "${input.name}" is ${input.type}, expected float32`;
  const found = `input "${input.name}" is ${text(input.shape)}`;
  if (input.shape.length !== 4) return `${found}, expected 4 dimensions [N, 3, height, width]`;
  const expected = [undefined, 3, height, width];
  const names = ["batch", "channels", "height", "width"];
  const wrong = input.shape.findIndex((n, i) => typeof n === "number" && i > 0 && n !== expected[i]);
  if (wrong < 0) return undefined;
  const whose = wrong === 1 ? "a picture has" : "the manifest says";
  return `${found}: ${names[wrong]} is ${input.shape[wrong]}, ${whose} ${expected[wrong]}`;
}

/** Why the outputs of a run over `batch` pictures are not what the family decodes, or undefined if they are. */
export function outputProblem(outputs: readonly Tensor[], adapter: Adapter, head: Head, batch: number) {
  for (const [i, expected] of adapter.expected(head).entries()) {
    const tensor = expected.name ? outputs.find((o) => o.name === expected.name) : outputs[i];
    if (!tensor) return `no output ${expected.name ? `"${expected.name}"` : i}; the graph has ${names(outputs)}`;
    if (!fits(tensor, expected, batch)) {
      const wanted = text([batch, ...expected.dims.map((n) => n ?? "any")]);
      return `output "${tensor.name}" is ${text(tensor.dims)}, expected ${wanted} (batch, ${expected.meaning})`;
    }
  }
  return undefined;
}

function fits(tensor: Tensor, { dims }: Expected, batch: number): boolean {
  if (tensor.dims.length !== dims.length + 1 || tensor.dims[0] !== batch) return false;
  return dims.every((n, i) => n === undefined || n === tensor.dims[i + 1]);
}

const text = (shape: readonly (number | string)[]) => `[${shape.join(", ")}]`;
const names = (outputs: readonly Tensor[]) => outputs.map((o) => `"${o.name}"`).join(", ");
