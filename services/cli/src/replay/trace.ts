import { formatBytes } from "@sluice/foundation";
import { type Description, describe, merge, type Trace } from "@sluice/replay";
import Table from "cli-table3";
import type { Terminal } from "../terminal.ts";
import { readTraceFile, writeTraceFile } from "./files.ts";

/** Says what a trace holds. */
export async function showTrace(path: string, options: { json?: boolean }, terminal: Terminal): Promise<void> {
  const trace = await readTraceFile(path);
  const streams = describe(trace);
  const { task, edge, cloud, rungs } = trace.header;
  if (options.json) return terminal.write(`${JSON.stringify({ task, edge, cloud, rungs, streams }, null, 2)}\n`);
  terminal.write(`${task}, ${edge.model} on the edge, ${cloud.model} in the cloud\n${streamTable(streams)}\n`);
}

/** Reads a trace to its end; throws at the first line that does not belong there. */
export async function checkTrace(path: string, terminal: Terminal): Promise<void> {
  const { header, frames } = await readTraceFile(path);
  terminal.write(`${path}: ${frames.length} frames of ${header.streams.length} stream(s), all well-formed\n`);
}

/** Puts the streams of several traces into one. */
export async function mergeTraces(paths: readonly string[], out: string, terminal: Terminal): Promise<void> {
  const parts: { name: string; trace: Trace }[] = [];
  for (const path of paths) parts.push({ name: path, trace: await readTraceFile(path) });
  const { header, frames } = merge(parts);
  await writeTraceFile(out, header, frames);
  terminal.write(`written to ${out}: ${frames.length} frames of ${header.streams.length} stream(s)\n`);
}

export function streamTable(streams: readonly Description[]): string {
  const rungs = Object.keys(streams[0]?.bytes ?? {});
  const head = ["stream", "size", "frames", "seconds", "boxes: edge", "cloud", ...rungs, "score: edge", "cloud"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const stream of streams) {
    table.push([
      stream.name,
      `${stream.width}×${stream.height}`,
      stream.frames,
      stream.seconds.toFixed(1),
      stream.edgeBoxes.toFixed(1),
      stream.cloudBoxes.toFixed(1),
      ...rungs.map((name) => formatBytes(stream.bytes[name]!)),
      stream.never.toFixed(3),
      stream.always.toFixed(3),
    ]);
  }
  return table.toString();
}
