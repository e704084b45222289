import { type LeaseReport, limits, type PeriodUnit, type Usage } from "@sluice/contracts";

/** A span of the calendar in UTC, whatever the site's time zone: from `startMs`, before `endMs`, since the Unix epoch. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The Unix epoch was a Thursday; weeks begin on Mondays. */
const firstMondayMs = 4 * dayMs;

export function periodAt(unit: PeriodUnit, wallMs: number): Period {
  if (unit === "hour") return span(wallMs, hourMs, 0);
  if (unit === "day") return span(wallMs, dayMs, 0);
  if (unit === "week") return span(wallMs, 7 * dayMs, firstMondayMs);
  const at = new Date(wallMs);
  const month = (ahead: number) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + ahead, 1);
  return { startMs: month(0), endMs: month(1) };
}

function span(wallMs: number, lengthMs: number, originMs: number): Period {
  const startMs = originMs + Math.floor((wallMs - originMs) / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

/**
 * Counts what a report says of a device's counter. Counters only grow and each has a name of its own, so a report that
 * comes twice, late or out of order adds nothing that was counted before, and nothing is lost when a report is.
 * Bytes belong to the period in which the operator learns of them, so that each is counted in exactly one.
 *
 * Of a counter that the operator does not remember, it takes the device's word for how much had been counted.
 */
export function count(usage: Usage, meter: LeaseReport["meter"], period: Period, wallMs: number): Usage {
  const rolled = period.startMs > usage.periodStartMs;
  const known = usage.meters.find(({ id }) => id === meter.id)?.bytes ?? Math.min(meter.countedBytes, meter.bytes);
  const bytes = Math.max(known, meter.bytes);
  const others = usage.meters.filter(({ id }) => id !== meter.id);
  return {
    periodStartMs: rolled ? period.startMs : usage.periodStartMs,
    bytes: Math.min(Number.MAX_SAFE_INTEGER, (rolled ? 0 : usage.bytes) + bytes - known),
    countedAtMs: Math.max(usage.countedAtMs, wallMs),
    meters: [{ id: meter.id, bytes }, ...others].slice(0, limits.metersPerDevice),
  };
}

/** Bytes that a device used in `period`, as far as is known; a clock that went back does not bring an old period back. */
export const usedIn = (usage: Usage, period: Period): number =>
  usage.periodStartMs >= period.startMs ? usage.bytes : 0;

/** What a device may have sent that nobody has heard of: its burst, its lease while that lived, and its floor since. */
export interface Unheard {
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
  readonly floorBytesPerSecond: number;
  /** How long ago it was last heard, and for how long of that its lease can have lived. */
  readonly silentMs: number;
  readonly leaseMs: number;
}

export function presumed({ burstBytes, bytesPerSecond, floorBytesPerSecond, silentMs, leaseMs }: Unheard): number {
  const leasedMs = Math.min(silentMs, leaseMs);
  const sent = (bytesPerSecond * leasedMs + floorBytesPerSecond * (silentMs - leasedMs)) / 1_000;
  return Math.min(Number.MAX_SAFE_INTEGER, burstBytes + Math.ceil(sent));
}

export interface Quota {
  readonly bytes: number;
  readonly per: PeriodUnit;
}

/**
 * The rate at which what is left of the quota lasts to the end of the period: `(quota - used - presumed) / time left`, in
 * whole bytes a second. What others save raises it again, what was overlooked lowers it.
 */
export function ceiling(quota: Quota, usedBytes: number, presumedBytes: number, wallMs: number): number {
  const left = BigInt(quota.bytes) - BigInt(usedBytes) - BigInt(presumedBytes);
  if (left <= 0n) return 0;
  const leftMs = Math.max(1_000, Math.ceil(periodAt(quota.per, wallMs).endMs - wallMs));
  return Math.min(Number.MAX_SAFE_INTEGER, Number((left * 1_000n) / BigInt(leftMs)));
}
