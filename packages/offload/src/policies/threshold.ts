import { type Policy, type PolicyOptions, whenHard } from "./policy.ts";

/**
 * Sends where the mean score of the boxes lies below a threshold; a frame without boxes is easy. As KubeEdge Sedna's
 * `Threshold` miner (lib/sedna/algorithms/hard_example_mining), whose default is 0.5.
 */
export const threshold = ({ threshold: limit = 0.5 }: PolicyOptions): Policy =>
  whenHard(({ confident: boxes }) => {
    return boxes.length > 0 && boxes.reduce((sum, d) => sum + d.score, 0) / boxes.length < limit;
  });
