import { SluiceError } from "@sluice/contracts";
import type { Trace, TraceFrame } from "./trace.ts";

/** A trace and how to call it in an error. */
export interface Named {
  readonly name: string;
  readonly trace: Trace;
}

const mustAgree = ["task", "classes", "edge", "cloud", "rungs"] as const;

/** One trace of the streams of several, their frames in order of time. They must be of the same models and rungs. */
export function merge(parts: readonly Named[]): Trace {
  const [first] = parts;
  if (!first) throw new SluiceError("trace-invalid", "there is no trace to merge");
  const streams = parts.flatMap(({ trace }) => trace.header.streams);
  for (const { name, trace } of parts) {
    for (const field of mustAgree) {
      if (JSON.stringify(trace.header[field]) === JSON.stringify(first.trace.header[field])) continue;
      throw new SluiceError("trace-invalid", `${name}, line 1: its ${field} differ from those of ${first.name}`);
    }
  }
  const twice = streams.find(({ name }, i) => streams.findIndex((other) => other.name === name) < i);
  if (twice) {
    throw new SluiceError("trace-invalid", `stream "${twice.name}" is in two of the traces: give one another name`);
  }
  let before = 0;
  const frames = parts.flatMap(({ trace }) => {
    const moved = trace.frames.map((frame): TraceFrame => ({ ...frame, stream: frame.stream + before }));
    before += trace.header.streams.length;
    return moved;
  });
  return { header: { ...first.trace.header, streams }, frames: inOrder(frames) };
}

/** Frames in order of time; those of the same time by stream. */
export const inOrder = (frames: readonly TraceFrame[]): TraceFrame[] =>
  frames.toSorted((a, b) => a.t - b.t || a.stream - b.stream || a.frame - b.frame);
