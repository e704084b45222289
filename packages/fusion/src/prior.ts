import type { Kind } from "./evidence.ts";

/**
 * Weights before any reply has spoken, in the order of `features`: logistic regressions of "a hypothesis of this kind was
 * right" over the three embedded clips, sent at 2, 5, 10 and 30 %. No other footage had a say in them.
 */
export const prior: Readonly<Record<Kind, readonly number[]>> = {
  carried: [-1.03, -0.98, 0.87, 0.55, 0.19, -0.2, 0.05, 0.33, 1.69, -0.11, 2.49, -0.39],
  mixed: [-1.1, -0.7, 1.11, 0.67, 0.16, -0.03, 0.21, 0.37, 1.01, -0.25, 2.74, -0.44],
  edge: [-1.96, -0.08, 1.36, 0.64, 0.21, 0.24, 0.37, 0.21, 2.96, -0.28, 2.1, -0.15],
  unseen: [-1.53, -2.67, 0, 0.61, -0.41, -1.17, -0.13, 0.55, -0.18, 0.42, 1.4, 0],
  fresh: [-1.26, -0.15, 3.26, 0.13, 0.34, 0.5, 1.44, 0, -0.47, -0.15, 0, 0],
  lapsed: [-4.07, 0.13, 0, 2.91, -0.29, -0.76, 0.56, 0, -2.02, 0.13, 0, 0],
  rejected: [-3.29, 1.41, 3.08, -0.61, 0.8, 1.37, 1.16, 0, -1.71, -0.41, 0, 1.7],
};
