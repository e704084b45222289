import { fieldsOf, listOf, numberIn } from "@sluice/foundation";
import type { Policy, Situation } from "./policy.ts";

/** Each reply moves the regression by this share of its error, scaled by the features' length. */
const step = 0.3;
/** The bar follows each frame so that as many lie above it as the budget pays for. */
const barStep = 0.02;
/** Rewards lie between 0 and 1, and no feature is larger than 1: a weight beyond this is no use to anybody. */
const mostWeight = 10;

/**
 * Sends where a regression of the reward, what a frame's own answer would gain from the cloud, lies above a bar that
 * rations the budget: ORIC (Qiu et al., "Optimizing Edge Offloading Decisions for Object Detection", SEC 2024). The features are those
 * of the frame alone: boxes and scores. Learned from replies by normalised least mean squares.
 */
export function reward(): Policy {
  let weights = [0.3, 0, 0, 0, 0];
  let bar = 0.3;
  let asked: number[] | undefined;
  return {
    wish(situation) {
      const features = featuresOf(situation);
      const expected = dot(weights, features);
      const send = expected > bar;
      bar = within(bar + barStep * (send ? 1 - situation.affordable : -situation.affordable), 0, 1);
      if (send) asked = features;
      return { send, reason: send ? "hard" : "easy" };
    },
    learn({ wonAlone }) {
      if (!asked) return;
      const scale = (step * (wonAlone - dot(weights, asked))) / dot(asked, asked);
      const moved = asked.map((feature, i) => weights[i]! + scale * feature);
      weights = moved.map((weight) => within(weight, -mostWeight, mostWeight));
    },
    toJSON: () => ({ weights, bar }),
    recall(written) {
      const known = fieldsOf(written, "reward");
      const number = (value: unknown, what: string) => numberIn(value, what, -mostWeight, mostWeight);
      const found = listOf(known["weights"], "weights", weights.length, number);
      if (found.length !== weights.length) throw new TypeError(`weights: expected ${weights.length} numbers`);
      weights = found;
      bar = numberIn(known["bar"], "bar", 0, 1);
    },
  };
}

function featuresOf({ confident: boxes, signals }: Situation): number[] {
  const scores = boxes.map((d) => d.score);
  const mean = scores.length > 0 ? scores.reduce((a, b) => a + b) / scores.length : 0;
  return [1, Math.min(1, boxes.length / 10), mean, Math.min(...scores, 1), signals.uncertain];
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
