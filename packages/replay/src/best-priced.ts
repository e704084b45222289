import type { Losses } from "./losses.ts";
import { type Best, type Schedule, type Send, scheduleOf, sumOf } from "./schedule.ts";

/** Halvings of the price: the last two differ by less than a millionth. */
const halvings = 60;
const lowestPrice = 1e-15;

/**
 * The best schedules by Lagrangian relaxation: for a price of a byte, dynamic programming over the segments between sends
 * finds the least loss + price × bytes exactly, for any number of streams at once; the price is halved in until the bytes
 * fit. `leastLoss` is the dual bound (Everett, "Generalized Lagrange Multiplier Method", 1963).
 */
export function bestPriced(streams: readonly Losses[], budgetBytes: number): Best {
  const solve = (price: number) => sumOf(streams.map((losses) => cheapest(losses, price)));
  const free = solve(0);
  if (free.bytes <= budgetBytes) return { ...free, leastLoss: free.loss };
  let best = sumOf(streams.map((losses) => scheduleOf(losses, [])));
  let leastLoss = free.loss;
  let [low, high] = [lowestPrice, highestPrice(streams)];
  for (let i = 0; i < halvings; i++) {
    const price = Math.sqrt(low * high);
    const found = solve(price);
    leastLoss = Math.max(leastLoss, found.loss + price * (found.bytes - budgetBytes));
    if (found.bytes <= budgetBytes) {
      high = price;
      if (found.loss < best.loss) best = found;
    } else low = price;
  }
  return { ...best, leastLoss: Math.min(leastLoss, best.loss) };
}

/** At this price not even a send that saved everything would pay. */
function highestPrice(streams: readonly Losses[]): number {
  const all = streams.reduce((sum, { never }) => sum + never.reduce((a, b) => a + b, 0), 1);
  const fewest = streams.flatMap(({ sendings }) => sendings.flat().map(({ bytes }) => bytes));
  return (2 * all) / fewest.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

/** The schedule of one stream with the least loss + price × bytes. */
function cheapest(losses: Losses, price: number): Schedule {
  const { never, sendings } = losses;
  const length = never.length;
  const rungs = sendings[0]?.length ?? 0;
  // Least cost of the frames before each one, and the last send of it; `lapsed` where its correction is forgotten by then.
  const cost = new Float64Array(length + 1).fill(Number.POSITIVE_INFINITY);
  const last = new Int32Array(length + 1).fill(-1);
  const lapsed = cost.slice();
  const lapsedLast = last.slice();
  lapsed[0] = 0;
  for (let at = 0; at <= length; at++) {
    if (lapsed[at]! < cost[at]!) {
      cost[at] = lapsed[at]!;
      last[at] = lapsedLast[at]!;
    }
    if (at === length) break;
    offer(lapsed, lapsedLast, at + 1, lapsed[at]! + never[at]!, lapsedLast[at]!);
    for (let r = 0; r < rungs; r++) {
      const { own, bytes, after } = sendings[at]![r]!;
      const base = cost[at]! + own + price * bytes;
      const code = at * rungs + r;
      for (let k = 0; k < after.length; k++) offer(cost, last, at + 1 + k, base + after[k]!, code);
      const end = at + after.length;
      offer(lapsed, lapsedLast, end, base + after.at(-1)!, code);
    }
  }
  return scheduleOf(losses, sendsOf(losses, last));
}

function offer(cost: Float64Array, last: Int32Array, at: number, value: number, code: number): void {
  if (value >= cost[at]!) return;
  cost[at] = value;
  last[at] = code;
}

/** Follows the last sends back from the end. */
function sendsOf({ sendings }: Losses, last: Int32Array): Send[] {
  const rungs = sendings[0]?.length ?? 1;
  const sends: Send[] = [];
  for (let code = last.at(-1)!; code >= 0; ) {
    const at = Math.floor(code / rungs);
    sends.push({ at, sending: sendings[at]![code % rungs]! });
    code = last[at]!;
  }
  return sends.toReversed();
}
