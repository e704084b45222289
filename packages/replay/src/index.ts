export type { Losses, Sending } from "./losses.ts";
export { Network, readNetwork } from "./network.ts";
export { best, type Hindsight, hindsight } from "./optimum.ts";
export { readTrace, TraceReader } from "./reader.ts";
export { type Replayed, type Run, type RunOptions, run } from "./run.ts";
export type { Best, Schedule } from "./schedule.ts";
export { bytesOfAll, rungsBySize, secondsOf, type Trace, type TraceFrame } from "./trace.ts";
export { frameLine, headerLine } from "./writer.ts";
