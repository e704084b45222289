import type { Heartbeat } from "@sluice/contracts";
import { type Estimated, formatBytes, formatRate, pooled } from "@sluice/foundation";
import { type Column, unknown } from "../output/table.ts";

/** A device as it was heard last, and the time before. */
export interface Heard {
  readonly now: Heartbeat;
  /** Of the same run of its daemon; without one nothing is known of the last moments. */
  readonly before: Heartbeat | undefined;
  readonly heardMs: number;
}

/** Figures of one device; null is not known. */
export interface Usage {
  readonly device: string;
  readonly policy: string | null;
  /** Since its daemon started. */
  readonly sentBytes: number;
  readonly bytesPerSecond: number | null;
  readonly grantedBytesPerSecond: number;
  readonly agreement: number | null;
  readonly halfWidth: number | null;
  readonly audits: number;
  /** Gain of frame F1 that a megabyte must bring to be spent. */
  readonly pricePerMegabyte: number | null;
  readonly silentMs: number;
}

export function usageOf({ now, before, heardMs }: Heard, nowMs: number): Usage {
  const { device, budget, streams, policy } = now;
  const known = streams.map(({ agreement }): Estimated => {
    const { samples, corrected, correctedHalfWidth = null } = agreement;
    return { weight: samples, mean: corrected, halfWidth: correctedHalfWidth };
  });
  const { mean, halfWidth } = pooled(known);
  const decided = streams.filter(({ answered }) => answered > 0);
  return {
    device,
    policy: policy?.name ?? null,
    sentBytes: budget.spentBytes,
    bytesPerSecond: before ? rateBetween(before, now) : null,
    grantedBytesPerSecond: budget.bytesPerSecond,
    agreement: mean,
    halfWidth,
    audits: known.reduce((sum, { weight }) => sum + weight, 0),
    pricePerMegabyte: decided.length === 0 ? null : Math.max(...decided.map(({ price }) => price)) * 1e6,
    silentMs: nowMs - heardMs,
  };
}

function rateBetween({ budget: a }: Heartbeat, { budget: b }: Heartbeat): number | null {
  const ms = b.elapsedMs - a.elapsedMs;
  return ms > 0 ? ((b.spentBytes - a.spentBytes) * 1_000) / ms : null;
}

export const usageColumns: readonly Column<Usage>[] = [
  { head: "DEVICE", cell: ({ device }) => device },
  { head: "SENT", cell: ({ sentBytes }) => formatBytes(sentBytes), right: true },
  { head: "NOW", cell: ({ bytesPerSecond: rate }) => (rate === null ? null : formatRate(rate)), right: true },
  { head: "BUDGET", cell: ({ grantedBytesPerSecond }) => formatRate(grantedBytesPerSecond), right: true },
  { head: "AGREEMENT", cell: agreementText },
  { head: "AUDITS", cell: ({ audits }) => audits, right: true },
  { head: "F1/MB", cell: ({ pricePerMegabyte: price }) => (price === null ? null : figure(price)), right: true },
  { head: "POLICY", cell: ({ policy }) => policy, wide: true },
  { head: "HEARD", cell: ({ silentMs }) => `${(silentMs / 1_000).toFixed(0)}s ago`, wide: true, right: true },
];

function agreementText({ agreement, halfWidth }: Usage): string {
  if (agreement === null) return unknown;
  return `${agreement.toFixed(3)} ±${halfWidth === null ? unknown : halfWidth.toFixed(3)}`;
}

const figure = (value: number): string => (value === 0 ? "0" : value.toPrecision(2));

export const orders = ["device", "bytes", "agreement", "price"] as const;
export type Order = (typeof orders)[number];

/** Who needs to be looked at first: most bytes, least agreement, highest price. Who is not known comes last. */
const ranks: Readonly<Record<Exclude<Order, "device">, (usage: Usage) => number | null>> = {
  bytes: ({ bytesPerSecond }) => bytesPerSecond,
  agreement: ({ agreement }) => (agreement === null ? null : -agreement),
  price: ({ pricePerMegabyte }) => pricePerMegabyte,
};

export function sorted(usages: readonly Usage[], order: Order): Usage[] {
  const rank = (usage: Usage) => (order === "device" ? 0 : (ranks[order](usage) ?? Number.NEGATIVE_INFINITY));
  return usages.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x === y ? (a.device < b.device ? -1 : 1) : y - x;
  });
}
