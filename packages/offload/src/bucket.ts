import { invariant } from "@sluice/foundation";

/** One byte in the unit that the bucket counts in, so that no fraction is ever rounded away or up. */
const unitsPerByte = 1_000_000;

/** How a bucket fills from now on, in whole bytes; fractions are cut off. */
export interface Filling {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  /** From `atMs` on it fills at another rate, with nobody having to say so. */
  readonly later?: { readonly atMs: number; readonly bytesPerSecond: number };
}

/** Most that {@link TokenBucket.charge} may have been short of. */
export const debtBytes = 1 << 16;

/**
 * The byte budget as law: in any window, bytes taken never exceed rate × window + burst; where the rate changed, what each
 * rate allowed while it held. Time must come from a monotonic clock; a step back is read as no time passed. A bucket
 * starts empty, so that a restart never grants bytes twice.
 */
export class TokenBucket {
  /** Monotonic time from which on it fills: by `t` no more than rate × (t − this) bytes were taken. */
  readonly startedAtMs: number;
  #units = 0;
  #lastUs: number;
  #spentBytes = 0;
  #bytesPerSecond = 0;
  #burstBytes = 0;
  /** When the rate turns to another one by itself, in whole microseconds, and to which. */
  #turn: { atUs: number; bytesPerSecond: number } | null = null;

  /** Rate and burst are whole bytes; fractions are cut off. */
  constructor(bytesPerSecond: number, burstBytes: number, nowMs: number) {
    this.startedAtMs = nowMs;
    this.#lastUs = Math.floor(nowMs * 1_000);
    this.refill({ bytesPerSecond, burstBytes }, nowMs);
  }

  /** The rate at which it was filling when it was last asked. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  get burstBytes(): number {
    return this.#burstBytes;
  }

  /** Fills otherwise from `nowMs` on. What was saved up stays, as far as the new burst goes; nothing is granted for the past. */
  refill({ bytesPerSecond, burstBytes, later }: Filling, nowMs: number): void {
    this.#fill(nowMs);
    this.#bytesPerSecond = Math.floor(bytesPerSecond);
    this.#burstBytes = Math.floor(burstBytes);
    invariant(this.#bytesPerSecond >= 0 && this.#burstBytes >= 0, "rate and burst are not negative");
    invariant(this.#burstBytes <= Number.MAX_SAFE_INTEGER / unitsPerByte / 2, "the burst can be counted exactly");
    this.#units = Math.min(this.#units, this.#burstBytes * unitsPerByte);
    this.#turn = later
      ? { atUs: Math.floor(later.atMs * 1_000), bytesPerSecond: Math.floor(later.bytesPerSecond) }
      : null;
    invariant(!this.#turn || this.#turn.bytesPerSecond >= 0, "rates are not negative");
  }

  /** Whole bytes that may be sent at `nowMs`. */
  available(nowMs: number): number {
    this.#fill(nowMs);
    return Math.max(0, Math.floor(this.#units / unitsPerByte));
  }

  /**
   * Takes bytes whether they are there or not: for the few messages without which a device would never hear of its next
   * lease. What was not there is paid back before anything else is taken, up to {@link debtBytes}.
   */
  charge(bytes: number, nowMs: number): void {
    invariant(Number.isInteger(bytes) && bytes >= 0, "bytes are whole and not negative");
    this.#fill(nowMs);
    this.#units = Math.max(this.#units - bytes * unitsPerByte, -debtBytes * unitsPerByte);
    this.#spentBytes += bytes;
  }

  /** Takes `bytes` if the bucket holds them; takes nothing otherwise. */
  take(bytes: number, nowMs: number): boolean {
    invariant(Number.isInteger(bytes) && bytes >= 0, "bytes are whole and not negative");
    this.#fill(nowMs);
    if (bytes * unitsPerByte > this.#units) return false;
    this.#units -= bytes * unitsPerByte;
    this.#spentBytes += bytes;
    return true;
  }

  /** Gives back bytes that were taken but never reached the wire. */
  refund(bytes: number): void {
    invariant(bytes <= this.#spentBytes, "only what was spent can be refunded");
    this.#spentBytes -= bytes;
    this.#units = Math.min(this.#units + bytes * unitsPerByte, this.#burstBytes * unitsPerByte);
  }

  /** Share of the burst that is there, 0 to 1. */
  fill(nowMs: number): number {
    return this.burstBytes === 0 ? 0 : this.available(nowMs) / this.burstBytes;
  }

  get spentBytes(): number {
    return this.#spentBytes;
  }

  #fill(nowMs: number): void {
    const nowUs = Math.floor(nowMs * 1_000);
    if (this.#turn && this.#turn.atUs <= nowUs) {
      this.#fillUntil(this.#turn.atUs);
      this.#bytesPerSecond = this.#turn.bytesPerSecond;
      this.#turn = null;
    }
    this.#fillUntil(nowUs);
  }

  /** One microsecond at one byte a second is one unit: the sum stays whole. */
  #fillUntil(nowUs: number): void {
    if (nowUs <= this.#lastUs) return;
    const capacity = this.#burstBytes * unitsPerByte;
    const elapsedUs = nowUs - this.#lastUs;
    const untilFullUs =
      this.#bytesPerSecond === 0 ? Number.POSITIVE_INFINITY : (capacity - this.#units) / this.#bytesPerSecond;
    this.#units = elapsedUs >= untilFullUs ? capacity : this.#units + elapsedUs * this.#bytesPerSecond;
    this.#lastUs = nowUs;
  }
}
