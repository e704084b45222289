import { invariant } from "@sluice/foundation";

/** One byte in the unit that the bucket counts in, so that no fraction is ever rounded away or up. */
const unitsPerByte = 1_000_000;

/**
 * The byte budget as law: in any window, bytes taken never exceed rate × window + burst. Time must come from a monotonic
 * clock; a step back is read as no time passed. A bucket starts empty, so that a restart never grants bytes twice.
 */
export class TokenBucket {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  /** Monotonic time from which on it fills: by `t` no more than rate × (t − this) bytes were taken. */
  readonly startedAtMs: number;
  #units = 0;
  #lastUs: number;
  #spentBytes = 0;

  /** Rate and burst are whole bytes; fractions of the rate are cut off. */
  constructor(bytesPerSecond: number, burstBytes: number, nowMs: number) {
    this.bytesPerSecond = Math.floor(bytesPerSecond);
    this.burstBytes = Math.floor(burstBytes);
    invariant(this.bytesPerSecond >= 0 && this.burstBytes >= 0, "rate and burst are not negative");
    invariant(this.burstBytes <= Number.MAX_SAFE_INTEGER / unitsPerByte / 2, "the burst can be counted exactly");
    this.startedAtMs = nowMs;
    this.#lastUs = Math.floor(nowMs * 1_000);
  }

  /** Whole bytes that may be sent at `nowMs`. */
  available(nowMs: number): number {
    this.#fill(nowMs);
    return Math.floor(this.#units / unitsPerByte);
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
    this.#units = Math.min(this.#units + bytes * unitsPerByte, this.burstBytes * unitsPerByte);
  }

  /** Share of the burst that is there, 0 to 1. */
  fill(nowMs: number): number {
    return this.burstBytes === 0 ? 0 : this.available(nowMs) / this.burstBytes;
  }

  get spentBytes(): number {
    return this.#spentBytes;
  }

  /** One microsecond at one byte a second is one unit: the sum stays whole. */
  #fill(nowMs: number): void {
    const nowUs = Math.floor(nowMs * 1_000);
    if (nowUs <= this.#lastUs) return;
    const capacity = this.burstBytes * unitsPerByte;
    const elapsedUs = nowUs - this.#lastUs;
    const untilFullUs = this.bytesPerSecond === 0 ? Number.POSITIVE_INFINITY : capacity / this.bytesPerSecond;
    this.#units =
      elapsedUs >= untilFullUs ? capacity : Math.min(capacity, this.#units + elapsedUs * this.bytesPerSecond);
    this.#lastUs = nowUs;
  }
}
