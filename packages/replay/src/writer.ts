import type { TraceHeader } from "@sluice/contracts";
import type { Detection } from "@sluice/vision";
import { entryOf } from "./entries.ts";
import type { TraceFrame } from "./trace.ts";

/** The first line of a trace, without its line break. */
export const headerLine = (header: TraceHeader): string => JSON.stringify(header);

/** A frame's line, without its line break. */
export function frameLine(header: TraceHeader, frame: TraceFrame): string {
  const { stream, frame: number, t, edge, cloud, bytes, truth, signals } = frame;
  const entries = (found: readonly Detection[]) => found.map((d) => entryOf(header.task, d));
  const byRung = <T>(values: readonly T[]) => Object.fromEntries(header.rungs.map(({ name }, i) => [name, values[i]!]));
  return JSON.stringify({
    stream: header.streams[stream]!.name,
    frame: number,
    t,
    edge: entries(edge),
    cloud: byRung(cloud.map(entries)),
    bytes: byRung(bytes),
    ...(truth && { truth: entries(truth) }),
    ...(Object.keys(signals).length > 0 && { signals }),
  });
}
