import { type Adapter, imageOf } from "./family.ts";

/** Classes that an answer names. */
const top = 5;
/** How far from 1 the sum of outputs may be for them to be probabilities already: float16 graphs are off by this much. */
const sumTolerance = 1e-2;

/**
 * An image classifier: [N, C] logits or probabilities. The answer is the best five classes whatever their score, each
 * with a box around the whole picture. Defaults are ImageNet's mean and deviation.
 */
export const classification: Adapter = {
  preprocess: {
    fit: "stretch",
    channels: "RGB",
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    pad: 0,
  },

  expected: ({ classes }) => [{ dims: [classes], meaning: "classes" }],

  decode(outputs, index, head) {
    const probabilities = asProbabilities(imageOf(outputs[0]!, index));
    return Array.from(probabilities, (score, classId) => ({ score, classId }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, top)
      .map((best) => ({ x1: 0, y1: 0, x2: head.width, y2: head.height, ...best }));
  },
};

function asProbabilities(values: Float32Array): Float32Array {
  let sum = 0;
  for (const value of values) sum += value;
  if (Math.abs(sum - 1) <= sumTolerance && values.every((value) => value >= 0 && value <= 1)) return values;
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = values.map((value) => Math.exp(value - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}
