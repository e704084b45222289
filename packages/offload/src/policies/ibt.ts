import { type Policy, type PolicyOptions, whenHard } from "./policy.ts";

const boxThreshold = 0.5;

/**
 * Sends where more than a share of the boxes score below 0.5 ("image-box thresholds"); a frame without boxes is easy. As
 * KubeEdge Sedna's `IBT` miner (lib/sedna/algorithms/hard_example_mining), whose share is 0.5 by default.
 */
export const ibt = ({ threshold: limit = 0.5 }: PolicyOptions): Policy =>
  whenHard(({ confident: boxes }) => {
    return boxes.length > 0 && boxes.filter((d) => d.score < boxThreshold).length / boxes.length > limit;
  });
