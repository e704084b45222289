import type { TraceHeader } from "@sluice/contracts";
import type { Detection } from "@sluice/vision";

/** What was recorded of one frame. Lists by rung are in the order of the header's rungs. */
export interface TraceFrame {
  /** Index into the header's streams. */
  readonly stream: number;
  readonly frame: number;
  /** Seconds since the start of the recording. */
  readonly t: number;
  /** Down to a low score, best first. Labels of a classification cover the whole picture. */
  readonly edge: readonly Detection[];
  readonly cloud: readonly (readonly Detection[])[];
  readonly bytes: readonly number[];
  /** What is in the picture, where somebody knows. */
  readonly truth?: readonly Detection[];
  readonly signals: Readonly<Record<string, number>>;
}

/** A recording: frames of all streams in order of time. */
export interface Trace {
  readonly header: TraceHeader;
  readonly frames: readonly TraceFrame[];
}

/** The rungs of a trace by size, largest first: pixels, then quality. Indices into the header's rungs. */
export function rungsBySize({ rungs }: TraceHeader): number[] {
  const pixels = (i: number) => rungs[i]!.width * rungs[i]!.height;
  return [...rungs.keys()].toSorted((a, b) => pixels(b) - pixels(a) || rungs[b]!.quality - rungs[a]!.quality);
}

/** Bytes that sending every frame at the largest rung takes. */
export function bytesOfAll(trace: Trace): number {
  const largest = rungsBySize(trace.header)[0]!;
  return trace.frames.reduce((sum, { bytes }) => sum + bytes[largest]!, 0);
}

/** Seconds that a trace covers: from its first frame until the last one's time on the screen is over. */
export function secondsOf({ header, frames }: Trace): number {
  let end = 0;
  for (const { stream, t } of frames) end = Math.max(end, t + 1 / header.streams[stream]!.fps);
  return frames.length === 0 ? 0 : end - frames[0]!.t;
}
