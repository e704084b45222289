import { type FileHandle, mkdir, open, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { TraceHeader } from "@sluice/contracts";
import { frameLine, type Trace, type TraceFrame, TraceReader } from "@sluice/replay";

/** What a part was made of: a part of something else is begun anew. */
export type Origin = Readonly<Record<string, unknown>>;

/** The recording of one stream under way: a trace that grows frame by frame, and survives the end of the process. */
export class Part implements AsyncDisposable {
  readonly frames: TraceFrame[];
  readonly #header: TraceHeader;
  readonly #file: FileHandle;

  private constructor(header: TraceHeader, frames: TraceFrame[], file: FileHandle) {
    this.#header = header;
    this.frames = frames;
    this.#file = file;
  }

  /** Goes on with the part in this file, if it is one of this header and origin; else begins one. */
  static async open(path: string, header: TraceHeader, origin: Origin): Promise<Part> {
    const first = `${JSON.stringify({ ...header, origin })}\n`;
    const before = await readFile(path, "utf8").catch(() => "");
    // The process may have ended in the middle of a line.
    const whole = before.slice(0, before.lastIndexOf("\n") + 1);
    const frames = whole.startsWith(first) ? framesOf(whole, path) : undefined;
    await mkdir(dirname(path), { recursive: true });
    if (frames) await truncate(path, Buffer.byteLength(whole));
    else await writeFile(path, first);
    return new Part(header, frames ?? [], await open(path, "a"));
  }

  async add(frame: TraceFrame): Promise<void> {
    this.frames.push(frame);
    await this.#file.write(`${frameLine(this.#header, frame)}\n`);
  }

  get trace(): Trace {
    return { header: this.#header, frames: this.frames };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function framesOf(text: string, path: string): TraceFrame[] {
  const reader = new TraceReader(path);
  return text
    .trimEnd()
    .split("\n")
    .flatMap((line) => reader.line(line) ?? []);
}
