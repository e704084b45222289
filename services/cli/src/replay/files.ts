import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { TraceHeader } from "@sluice/contracts";
import { frameLine, headerLine, readTrace, type Trace, type TraceFrame } from "@sluice/replay";
import { linesOf } from "./lines.ts";

/** Reads a trace; `option` is how the command line calls the file. */
export const readTraceFile = (path: string, option = "trace"): Promise<Trace> => readTrace(linesOf(path, option), path);

/** Writes a trace, packed where the name ends in `.gz`. Whoever reads it meanwhile sees the old one, or none. */
export async function writeTraceFile(path: string, header: TraceHeader, frames: Iterable<TraceFrame>): Promise<void> {
  const draft = `${path}.draft`;
  const text = Readable.from(linesToWrite(header, frames));
  const file = createWriteStream(draft);
  try {
    if (path.endsWith(".gz")) await pipeline(text, createGzip(), file);
    else await pipeline(text, file);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function* linesToWrite(header: TraceHeader, frames: Iterable<TraceFrame>): Generator<string> {
  yield `${headerLine(header)}\n`;
  for (const frame of frames) yield `${frameLine(header, frame)}\n`;
}
