import { asSluiceError, type ErrorCode, type SluiceError } from "@sluice/contracts";
import type { Model } from "@sluice/models";
import type { Picture } from "@sluice/vision";
import type { Finding, Tensor } from "./visit.ts";

export type Input = { readonly kind: "picture"; readonly picture: Picture } | Tensor;

/** Failures of a run for which a single one of its pictures can be to blame. */
const oneToBlame: readonly ErrorCode[] = ["model-output-invalid", "bad-image", "too-large"];

/**
 * Runs the model: all pictures together, each tensor by itself. Gives a finding or an error for each input, in order.
 * `onRerun` is told when a run of several pictures failed and each is tried alone, once, to find the guilty.
 */
export function compute(
  model: Model,
  inputs: readonly Input[],
  onRerun: () => void,
): Promise<(Finding | SluiceError)[]> {
  const pictures = inputs.flatMap((input) => (input.kind === "picture" ? [input.picture] : []));
  const detecting = pictures.length > 0 ? detect(model, pictures, onRerun) : Promise.resolve([]);
  let next = 0;
  const findings = inputs.map((input) => {
    if (input.kind === "tensor") return infer(model, input);
    const at = next++;
    return detecting.then((found) => found[at]!);
  });
  return Promise.all(findings);
}

async function detect(
  model: Model,
  pictures: readonly Picture[],
  onRerun: () => void,
): Promise<(Finding | SluiceError)[]> {
  try {
    const { outputs } = await model.detectBatch(pictures);
    return outputs.map(({ detections }, i) => ({ kind: "detections", picture: pictures[i]!, detections }));
  } catch (cause) {
    const error = asSluiceError(cause);
    if (pictures.length === 1 || !oneToBlame.includes(error.code)) return pictures.map(() => error);
    onRerun();
    const alone = await Promise.all(pictures.map((picture) => detect(model, [picture], onRerun)));
    return alone.flat();
  }
}

async function infer(model: Model, { data, shape }: Tensor): Promise<Finding | SluiceError> {
  try {
    return { kind: "tensors", tensors: await model.inferTensor(data, shape) };
  } catch (error) {
    return asSluiceError(error);
  }
}
