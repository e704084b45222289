import { type Policy, type PolicyOptions, whenHard } from "./policy.ts";

/**
 * Sends where the picture has changed enough since the last frame that was sent, as Reducto (Li et al., SIGCOMM 2020) and
 * Glimpse (Chen et al., SenSys 2015) filter frames. The change is summed up frame by frame; 1 is a whole picture.
 */
export const difference = ({ threshold: limit = 0.1 }: PolicyOptions): Policy =>
  whenHard(({ signals }) => signals.drift > limit);
