/** When an item came, until when it is of use, and whose it is. All times on one monotonic clock, in milliseconds. */
export interface Arrival {
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  /** Whoever must not crowd out others, or be crowded out: a stream of a device. */
  readonly source: string;
}

export interface Waiting<T> extends Arrival {
  readonly item: T;
  /** Number of the arrival: ties are broken first come, first served. */
  readonly turn: number;
  /** Batches that were formed without it. */
  passedOver: number;
}

/** An item that was passed over by so many batches goes before all others, whatever their deadlines. */
export const patience = 8;

const byDeadline = <T>(a: Waiting<T>, b: Waiting<T>) => a.deadlineMs - b.deadlineMs || a.turn - b.turn;

/**
 * The order of service: first who was passed over too often, in order of arrival; then every source's most urgent item,
 * by deadline; then every source's second; and so on. A source that floods the queue thus competes with one item at a
 * time, and nothing waits for more than `patience` batches plus those that the items before it fill.
 */
export function inOrder<T>(waiting: readonly Waiting<T>[]): Waiting<T>[] {
  const overdue = waiting.filter((w) => w.passedOver >= patience);
  const ranked = rankWithinSource(waiting.filter((w) => w.passedOver < patience));
  ranked.sort((a, b) => a.rank - b.rank || byDeadline(a.entry, b.entry));
  return [...overdue.toSorted((a, b) => a.turn - b.turn), ...ranked.map((r) => r.entry)];
}

function rankWithinSource<T>(waiting: readonly Waiting<T>[]): { entry: Waiting<T>; rank: number }[] {
  const seen = new Map<string, number>();
  return waiting.toSorted(byDeadline).map((entry) => {
    const rank = seen.get(entry.source) ?? 0;
    seen.set(entry.source, rank + 1);
    return { entry, rank };
  });
}

/**
 * Who gives way when the queue is full and `newcomer` asks: the latest deadline of the source that holds most, if that
 * source holds at least two more than the newcomer's; else the newcomer.
 */
export function giveWay<T>(waiting: readonly Waiting<T>[], newcomer: Waiting<T>): Waiting<T> {
  const held = new Map<string, number>();
  for (const { source } of waiting) held.set(source, (held.get(source) ?? 0) + 1);
  const [longest, count] = [...held].reduce((a, b) => (b[1] > a[1] ? b : a));
  if (count < (held.get(newcomer.source) ?? 0) + 2) return newcomer;
  return waiting.filter((w) => w.source === longest).reduce((a, b) => (byDeadline(a, b) > 0 ? a : b));
}
