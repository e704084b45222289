/** Bytes over the last five minutes, in slots of five seconds. */
export const historyShape = { slotMs: 5_000, slots: 60 } as const;

/** What is known of one slot: bytes sent in `coveredMs` of it, and what the budget allowed in that time. */
export interface Slot {
  readonly index: number;
  coveredMs: number;
  bytes: number;
  budgetBytes: number;
}

/** Mean rates of a slot, bytes a second. */
export interface Rate {
  readonly bytesPerSecond: number;
  readonly budgetBytesPerSecond: number;
}

/**
 * Books `bytes` evenly over the time from `fromMs` to `toMs`, so that a device that was cut off for a minute shows a
 * minute's mean rate and not a spike. Slots older than the history are dropped.
 */
export function book(slots: Slot[], fromMs: number, toMs: number, bytes: number, budgetBytesPerSecond: number): void {
  if (toMs <= fromMs) return;
  const { slotMs, slots: count } = historyShape;
  const last = Math.ceil(toMs / slotMs) - 1;
  const first = Math.max(Math.floor(fromMs / slotMs), last - count + 1);
  for (let index = first; index <= last; index++) {
    const ms = Math.min(toMs, (index + 1) * slotMs) - Math.max(fromMs, index * slotMs);
    const slot = slotAt(slots, index);
    slot.coveredMs += ms;
    slot.bytes += (bytes * ms) / (toMs - fromMs);
    slot.budgetBytes += (budgetBytesPerSecond * ms) / 1000;
  }
  while (slots[0] && slots[0].index <= last - count) slots.shift();
}

function slotAt(slots: Slot[], index: number): Slot {
  const known = slots.findLast((slot) => slot.index === index);
  if (known) return known;
  const slot = { index, coveredMs: 0, bytes: 0, budgetBytes: 0 };
  slots.push(slot);
  return slot;
}

/** Rates of the last five minutes, oldest first; null where nothing is known. */
export function rates(slots: readonly Slot[], nowMs: number): (Rate | null)[] {
  const { slotMs, slots: count } = historyShape;
  const last = Math.floor(nowMs / slotMs);
  const found = new Map(slots.map((slot) => [slot.index, slot]));
  return Array.from({ length: count }, (_, i) => {
    const slot = found.get(last - count + 1 + i);
    if (!slot || slot.coveredMs <= 0) return null;
    const seconds = slot.coveredMs / 1000;
    return { bytesPerSecond: slot.bytes / seconds, budgetBytesPerSecond: slot.budgetBytes / seconds };
  });
}

/** Mean rate over the newest slots that together cover `spanMs`; null where nothing is known of that time. */
export function recentRate(slots: readonly Slot[], nowMs: number, spanMs = 15_000): Rate | null {
  const recent = slots.filter((slot) => (slot.index + 1) * historyShape.slotMs > nowMs - spanMs);
  const seconds = recent.reduce((sum, slot) => sum + slot.coveredMs, 0) / 1000;
  if (seconds <= 0) return null;
  const total = (pick: (slot: Slot) => number) => recent.reduce((sum, slot) => sum + pick(slot), 0) / seconds;
  return { bytesPerSecond: total((s) => s.bytes), budgetBytesPerSecond: total((s) => s.budgetBytes) };
}
