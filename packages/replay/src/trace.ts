import type { TraceHeader } from "@sluice/contracts";
import { type CameraMotion, type Change, type Detection, still } from "@sluice/vision";

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

/** How a frame differs from the one before it, as far as was recorded: where nothing was, a stream stands still. */
export function changeOf({ frame, signals }: TraceFrame): { motion: number; camera: CameraMotion } {
  const { motion = frame === 0 ? 1 : 0, shiftX: x = 0, shiftY: y = 0, zoom = 0, turn = 0 } = signals;
  const moved = x !== 0 || y !== 0 || zoom !== 0 || turn !== 0;
  return { motion, camera: moved ? { x, y, zoom, turn } : still };
}

/** A change as a trace holds it: of a camera that stands still it says nothing. */
export function changeSignals({ motion, sceneChange, camera }: Change): Record<string, number> {
  if (camera === still) return { motion, sceneChange };
  const { x, y, zoom, turn } = camera;
  return { motion, sceneChange, shiftX: x, shiftY: y, zoom, turn };
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
