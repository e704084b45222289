import { type Policy, type PolicyOptions, whenHard } from "./policy.ts";

/**
 * Sends where 1 + Σ p·log p / log n over the n class probabilities lies below a threshold: 1 is certain, 0 a guess. As
 * KubeEdge Sedna's `CrossEntropy` miner (lib/sedna/algorithms/hard_example_mining), whose default is 0.5. Made for the
 * probabilities of a classification; of detections it takes the scores.
 */
export const crossEntropy = ({ threshold: limit = 0.5 }: PolicyOptions): Policy =>
  whenHard(({ now }) => {
    const scores = now.local.map((d) => d.score).filter((p) => p > 0 && p <= 1);
    if (scores.length < 2) return false;
    return 1 + scores.reduce((sum, p) => sum + p * Math.log(p), 0) / Math.log(scores.length) < limit;
  });
