import {
  limits,
  SluiceError,
  type TraceHeader,
  traceFormat,
  traceHeaderSchema,
  traceVersion,
  validate,
} from "@sluice/contracts";
import { detectionsOf, Flaw, flaw, type Item, itemOf, numberOf, shown, wholeOf } from "./entries.ts";
import type { Trace, TraceFrame } from "./trace.ts";

/** Seconds of the longest trace: thirty years. */
const longestSeconds = 1e9;

/** Reads a trace line by line; errors say which line it was and what is wrong in it. */
export class TraceReader {
  readonly #name: string;
  readonly #streams = new Map<string, number>();
  readonly #rungs = new Map<string, number>();
  readonly #lastFrame: number[] = [];
  #lastT = 0;
  #line = 0;
  #frames = 0;
  #header: TraceHeader | undefined;

  /** `name` is how errors call the trace. */
  constructor(name: string) {
    this.#name = name;
  }

  /** The header, once its line was read. */
  get header(): TraceHeader {
    if (!this.#header) throw this.error(this.#line + 1, "the trace is empty: its first line must be the header");
    return this.#header;
  }

  /** Lines that were read. */
  get lines(): number {
    return this.#line;
  }

  /** Takes the next line; the first one is the header and gives no frame. */
  line(text: string): TraceFrame | undefined {
    this.#line++;
    const value = this.#json(text);
    try {
      if (this.#header) return this.#frame(itemOf(value, "the line"));
      this.#begin(itemOf(value, "the header"));
      return undefined;
    } catch (cause) {
      if (cause instanceof Flaw) throw this.error(this.#line, cause.message, cause);
      throw cause;
    }
  }

  /** An error about a line of this trace. */
  error(line: number, what: string, cause?: unknown): SluiceError {
    return new SluiceError("trace-invalid", `${this.#name}, line ${line}: ${what}`, { cause });
  }

  #json(text: string): unknown {
    if (text.length > limits.traceLineLength) {
      throw this.error(this.#line, `longer than ${limits.traceLineLength} characters`);
    }
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw this.error(this.#line, `not JSON: ${(cause as Error).message}`, cause);
    }
  }

  #begin(value: Item): void {
    const where = `${this.#name}, line 1`;
    if (value["format"] !== traceFormat) flaw("format", `must be "${traceFormat}", it is ${shown(value["format"])}`);
    if (value["version"] !== traceVersion) {
      const what = `${where}: version ${shown(value["version"])} of the format; this program reads ${traceVersion}`;
      throw new SluiceError("unsupported-version", what);
    }
    const header = validate(value, traceHeaderSchema, where, "trace-invalid");
    for (const [i, { name }] of header.streams.entries()) this.#streams.set(name, i);
    for (const [i, { name }] of header.rungs.entries()) this.#rungs.set(name, i);
    this.#header = header;
  }

  #frame(value: Item): TraceFrame {
    if (++this.#frames > limits.framesPerTrace)
      flaw("the trace", `has more than ${limits.framesPerTrace} frames: split it`);
    const { header } = this;
    const index = this.#streams.get(value["stream"] as string);
    if (index === undefined) return flaw("stream", `${shown(value["stream"])} is not in the header`);
    const stream = header.streams[index]!;
    const frame = this.#next(index, wholeOf(value["frame"], "frame", 0));
    const t = this.#later(numberOf(value["t"], "t", 0, longestSeconds));
    const list = (entry: unknown, at: string) => detectionsOf(entry, at, header, stream);
    const cloud = this.#byRung(value["cloud"], "cloud", list);
    const bytes = this.#byRung(value["bytes"], "bytes", (entry, at) => wholeOf(entry, at, 1));
    const seen = { stream: index, frame, t, edge: list(value["edge"], "edge"), cloud, bytes };
    const signals = signalsOf(value["signals"]);
    return value["truth"] === undefined
      ? { ...seen, signals }
      : { ...seen, signals, truth: list(value["truth"], "truth") };
  }

  #next(stream: number, frame: number): number {
    const before = this.#lastFrame[stream] ?? -1;
    if (frame <= before) flaw("frame", `${frame} comes after ${before} of the same stream`);
    this.#lastFrame[stream] = frame;
    return frame;
  }

  #later(t: number): number {
    if (t < this.#lastT) flaw("t", `${t} goes back: the line before has ${this.#lastT}`);
    this.#lastT = t;
    return t;
  }

  #byRung<T>(value: unknown, at: string, read: (entry: unknown, at: string) => T): T[] {
    const entries = itemOf(value, at);
    for (const name of Object.keys(entries)) {
      if (!this.#rungs.has(name)) flaw(`${at}.${name}`, "the header has no such rung");
    }
    return this.header.rungs.map(({ name }) => {
      if (!Object.hasOwn(entries, name)) return flaw(`${at}.${name}`, "is missing");
      return read(entries[name], `${at}.${name}`);
    });
  }
}

const noSignals = {};

/** Signals that a replay acts on, and what they may be. */
const ranges = { motion: [0, 1], shiftX: [-1, 1], shiftY: [-1, 1], zoom: [-1, 1], turn: [-1, 1] } as const;

function signalsOf(value: unknown): Readonly<Record<string, number>> {
  if (value === undefined) return noSignals;
  const signals = itemOf(value, "signals");
  for (const [name, signal] of Object.entries(signals)) {
    numberOf(signal, `signals.${name}`, -Number.MAX_VALUE, Number.MAX_VALUE);
  }
  for (const [name, [least, most]] of Object.entries(ranges)) {
    if (signals[name] !== undefined) numberOf(signals[name], `signals.${name}`, least, most);
  }
  return signals as Record<string, number>;
}

/** Reads a whole trace. Throws a SluiceError that names the line. */
export async function readTrace(lines: AsyncIterable<string> | Iterable<string>, name: string): Promise<Trace> {
  const reader = new TraceReader(name);
  const frames: TraceFrame[] = [];
  for await (const text of lines) {
    const frame = reader.line(text);
    if (frame) frames.push(frame);
  }
  return { header: reader.header, frames };
}
