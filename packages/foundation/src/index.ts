export { type Backoff, backoffMs } from "./backoff.ts";
export { type Clock, ManualClock, pause, systemClock } from "./clock.ts";
export { fieldsOf, listOf, numberIn } from "./expect.ts";
export { InvariantError, invariant } from "./invariant.ts";
export { type Estimated, pooled } from "./pooled.ts";
export { type Prng, seededPrng } from "./prng.ts";
export { err, ok, type Result } from "./result.ts";
export { Ring } from "./ring.ts";
export {
  byteUnits,
  durationUnits,
  formatBytes,
  formatDuration,
  formatRate,
  parseBytes,
  parseDuration,
  parseRate,
  rateUnits,
} from "./units.ts";
