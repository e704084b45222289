import { SluiceError } from "@sluice/contracts";

/** From `atMs` on the link carries `bytesPerMs`. */
interface Step {
  readonly atMs: number;
  readonly bytesPerMs: number;
}

/** Lines of a network trace: beyond it nobody measured a link. */
const mostSteps = 1_000_000;
const bytesPerMsOfMbit = 1e6 / 8 / 1_000;
const fastestMbit = 1e6;

/**
 * A link of which the rate was traced; after its end the trace begins again. The last line's rate holds for as long as
 * the one before it did.
 */
export class Network {
  readonly #steps: readonly Step[];
  readonly #lengthMs: number;
  readonly #bytesPerRound: number;

  constructor(steps: readonly Step[]) {
    const [last, before] = [steps.at(-1)!, steps.at(-2)];
    this.#steps = steps;
    this.#lengthMs = last.atMs + (before ? last.atMs - before.atMs : 1_000);
    this.#bytesPerRound = steps.reduce(
      (sum, { bytesPerMs }, i) => sum + bytesPerMs * (this.#endOf(i) - steps[i]!.atMs),
      0,
    );
  }

  /** When `bytes` that begin to be sent at `fromMs` have gone out; Infinity on a link that never carries any. */
  sentAtMs(fromMs: number, bytes: number): number {
    if (this.#bytesPerRound <= 0) return Number.POSITIVE_INFINITY;
    const rounds = Math.floor(bytes / this.#bytesPerRound);
    let left = bytes - rounds * this.#bytesPerRound;
    let roundMs = (Math.floor(fromMs / this.#lengthMs) + rounds) * this.#lengthMs;
    let atMs = fromMs - Math.floor(fromMs / this.#lengthMs) * this.#lengthMs;
    for (let i = this.#stepAt(atMs); ; i++) {
      if (i === this.#steps.length) {
        i = 0;
        roundMs += this.#lengthMs;
        atMs = 0;
      }
      const { bytesPerMs } = this.#steps[i]!;
      const carries = bytesPerMs * (this.#endOf(i) - atMs);
      if (carries >= left) return roundMs + atMs + (left === 0 ? 0 : left / bytesPerMs);
      left -= carries;
      atMs = this.#endOf(i);
    }
  }

  /** Bytes that it carries from its start until `untilMs`. */
  carriedBytes(untilMs: number): number {
    const rounds = Math.floor(untilMs / this.#lengthMs);
    const restMs = untilMs - rounds * this.#lengthMs;
    const carried = (step: Step, i: number) =>
      step.bytesPerMs * Math.max(0, Math.min(this.#endOf(i), restMs) - step.atMs);
    return rounds * this.#bytesPerRound + this.#steps.reduce((sum, step, i) => sum + carried(step, i), 0);
  }

  #endOf(i: number): number {
    return this.#steps[i + 1]?.atMs ?? this.#lengthMs;
  }

  /** The step that holds at a time within the round, by halving. */
  #stepAt(atMs: number): number {
    let low = 0;
    for (let high = this.#steps.length - 1; low < high; ) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#steps[middle]!.atMs <= atMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Reads `seconds Mbit/s` lines; the first line's time is the start. Throws `trace-invalid` naming the line. */
export function readNetwork(text: string, name: string): Network {
  const steps: Step[] = [];
  let startMs: number | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [ms, bytesPerMs] = stepOf(line, `${name}, line ${i + 1}`);
    startMs ??= ms;
    const before = steps.at(-1);
    if (before && ms - startMs <= before.atMs) throw wrong(`${name}, line ${i + 1}`, "time does not go on");
    if (steps.length >= mostSteps) throw wrong(`${name}, line ${i + 1}`, `more than ${mostSteps} lines`);
    steps.push({ atMs: ms - startMs, bytesPerMs });
  }
  if (steps.length === 0) throw wrong(name, "no line in it: write `seconds Mbit/s` lines");
  return new Network(steps);
}

function stepOf(line: string, where: string): [number, number] {
  const words = line.trim().split(/\s+/);
  const [seconds, mbit] = words.map(Number);
  if (words.length !== 2 || !Number.isFinite(seconds) || Math.abs(seconds!) > 1e9) {
    throw wrong(where, `must be two numbers, seconds and Mbit/s, it is "${line.trim().slice(0, 40)}"`);
  }
  if (!(mbit! >= 0 && mbit! <= fastestMbit)) throw wrong(where, `the rate must be 0 to ${fastestMbit} Mbit/s`);
  return [seconds! * 1_000, mbit! * bytesPerMsOfMbit];
}

const wrong = (where: string, what: string) => new SluiceError("trace-invalid", `${where}: ${what}`);
