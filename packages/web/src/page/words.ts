import type { Reason } from "@sluice/contracts";
import { formatBytes } from "@sluice/foundation";
import { reasonLooks } from "./reasons.ts";

/** What stands for a number that nobody knows: never a zero. */
export const unknown = "–";

export const share = (value: number | null): string => (value === null ? unknown : value.toFixed(2));
/** "±0.04", or nothing where nobody knows. */
export const margin = (halfWidth: number | null): string => (halfWidth === null ? "" : `±${halfWidth.toFixed(2)}`);
export const priceOf = (pricePerByte: number): string => `a kB costs ${figure(pricePerByte * 1e3)}`;
export const priceTitle =
  "The price of sending a kilobyte, in frames' worth of F1: a frame is sent if it is worth more than its bytes cost";
export const rate = (bytesPerSecond: number | null): string =>
  bytesPerSecond === null ? unknown : `${formatBytes(bytesPerSecond)}/s`;

/** "18.5 of 25.0 kB/s": the unit once, where it is the same. */
export function rateOf(bytesPerSecond: number | null, budgetBytesPerSecond: number): string {
  const [now, budget] = [rate(bytesPerSecond), rate(budgetBytesPerSecond)];
  const unit = budget.slice(budget.lastIndexOf(" "));
  return `${now.endsWith(unit) ? now.slice(0, -unit.length) : now} of ${budget}`;
}

export const count = (value: number): string => value.toLocaleString("en").replaceAll(",", "\u202f");

/** `0.04`, `0.000012`: two figures that count, as far as they can be read. */
export function figure(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return String(Math.round(value));
  if (Math.abs(value) >= 0.01) return value.toFixed(2);
  return Math.abs(value) >= 1e-6 ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}

export function ago(ms: number): string {
  if (ms < 1_000) return "just now";
  if (ms < 120_000) return `${Math.round(ms / 1000)} s ago`;
  return `${Math.round(ms / 60_000)} min ago`;
}

interface Decided {
  readonly action: "send" | "skip";
  readonly reason: Reason;
  readonly bytes: number;
  readonly value: number;
  readonly price: number;
}

/** "sent: worth 0.31, price 0.04, 18.2 kB (worth its price)". */
export function decisionWords(d: Decided): string {
  const why = reasonLooks[d.reason].words;
  if (d.action === "send") return `sent: ${numbers(d)} (${why})`;
  return `not sent: ${why} (${numbers(d)})`;
}

/** A sent frame's price is that of all its bytes; for one that was not sent there is only a price per kilobyte. */
function numbers({ action, bytes, value, price }: Decided): string {
  if (action === "skip") return `worth ${figure(value)}, price ${figure(price * 1e3)} a kB`;
  return `worth ${figure(value)}, price ${figure(price * bytes)}, ${formatBytes(bytes)}`;
}
