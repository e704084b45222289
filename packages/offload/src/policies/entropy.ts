import { type Policy, type PolicyOptions, whenHard } from "./policy.ts";

/**
 * Sends where the mean binary entropy of the detections' scores, weak ones included, lies above a threshold (bits, 0 to
 * 1): the uncertainty sampling of Lewis and Gale, "A Sequential Algorithm for Training Text Classifiers", 1994.
 */
export const entropy = ({ threshold: limit = 0.8 }: PolicyOptions): Policy =>
  whenHard(({ now: { local } }) => {
    if (local.length === 0) return false;
    return local.reduce((sum, d) => sum + bits(d.score), 0) / local.length > limit;
  });

const bits = (p: number): number => (p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p));
