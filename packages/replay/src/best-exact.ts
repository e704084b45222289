import type { Losses } from "./losses.ts";
import { type Best, lossAfter, type Send, scheduleOf, sumOf } from "./schedule.ts";

/** Cells that the tables may have, and steps that filling them may take. */
const mostSteps = 2e8;

interface Table {
  /** Least loss of everything before each frame, by units of bytes; and the last send of it. */
  readonly loss: readonly Float64Array[];
  readonly last: readonly Int32Array[];
}

/**
 * The best schedules exactly, by dynamic programming over segments and bytes, stream after stream; undefined where the
 * sizes have too small a common divisor for that.
 */
export function bestExact(streams: readonly Losses[], budgetBytes: number): Best | undefined {
  const unit = streams.flatMap(({ sendings }) => sendings.flat().map(({ bytes }) => bytes)).reduce(divisor, 0);
  const units = Math.floor(budgetBytes / Math.max(1, unit));
  const steps = streams.reduce((sum, { sendings }) => sum + sendings.length ** 2 * (sendings[0]?.length ?? 0), 0);
  if (steps * (units + 1) > mostSteps) return undefined;
  const tables: Table[] = [];
  let before = new Float64Array(units + 1);
  for (const losses of streams) {
    tables.push(fill(losses, unit, before));
    before = tables.at(-1)!.loss.at(-1)! as Float64Array<ArrayBuffer>;
  }
  const best = sumOf(follow(streams, tables, unit, units));
  return { ...best, leastLoss: best.loss };
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

function fill(losses: Losses, unit: number, before: Float64Array): Table {
  const { never, sendings } = losses;
  const rungs = sendings[0]?.length ?? 0;
  let sum = 0;
  const sums = [0, ...Array.from(never, (each) => (sum += each))];
  const loss = sums.map((lost) => before.map((value) => value + lost));
  const last = loss.map((row) => new Int32Array(row.length).fill(-1));
  for (const [at, options] of sendings.entries()) {
    for (let end = at + 1; end <= never.length; end++) {
      for (const [r, sending] of options.entries()) {
        const lost = sending.own + lossAfter(never, at, sending, end - at - 1);
        const from = loss[at]!;
        const to = loss[end]!;
        const weight = sending.bytes / unit;
        for (let u = weight; u < to.length; u++) {
          if (from[u - weight]! + lost >= to[u]!) continue;
          to[u] = from[u - weight]! + lost;
          last[end]![u] = at * rungs + r;
        }
      }
    }
  }
  return { loss, last };
}

/** Follows the last sends back, from the last stream to the first. */
function follow(streams: readonly Losses[], tables: readonly Table[], unit: number, units: number) {
  let left = units;
  const schedules = streams.toReversed().map((losses, i) => {
    const { last } = tables.at(-1 - i)!;
    const rungs = losses.sendings[0]?.length ?? 1;
    const sends: Send[] = [];
    for (let code = last.at(-1)![left]!; code >= 0; ) {
      const at = Math.floor(code / rungs);
      const sending = losses.sendings[at]![code % rungs]!;
      sends.push({ at, sending });
      left -= sending.bytes / unit;
      code = last[at]![left]!;
    }
    return scheduleOf(losses, sends.toReversed());
  });
  return schedules.toReversed();
}
