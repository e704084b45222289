/** A step between two timestamps beyond this is damage, not time. */
const MAX_STEP_MS = 10_000;
/** Behind by more than this the schedule starts anew instead of catching up in a burst. */
const MAX_LAG_MS = 1_000;
/** Assumed where a file announces no rate. */
const ASSUMED_FPS = 25;

/** When each picture of a file is due, by its timestamps; times are monotonic milliseconds. */
export class Pacer {
  #dueMs: number | undefined;
  #mediaMs: number | undefined;

  /** How long to wait from `nowMs` until a picture with this timestamp; `fps` fills in where there is none. */
  delayMs(mediaMs: number | undefined, fps: number, nowMs: number): number {
    const nominal = 1_000 / (fps || ASSUMED_FPS);
    const step = mediaMs === undefined || this.#mediaMs === undefined ? nominal : mediaMs - this.#mediaMs;
    this.#mediaMs = mediaMs;
    const next = (this.#dueMs ?? nowMs - nominal) + (step > 0 && step <= MAX_STEP_MS ? step : nominal);
    this.#dueMs = nowMs - next > MAX_LAG_MS ? nowMs : next;
    return Math.max(0, this.#dueMs - nowMs);
  }

  /** The next picture begins a new pass: it follows the last one by the nominal step. */
  restart(): void {
    this.#mediaMs = undefined;
  }
}

/** Share of an interval by which a picture may come early and still count as on time: cameras jitter. */
const EARLY = 0.1;

/**
 * Keeps at most `fps` pictures a second, evenly; times are those of the medium, or of arrival for live sources. Where
 * time goes back (a new pass, damage) it starts anew.
 */
export class RateCap {
  readonly #intervalMs: number;
  #nextMs: number | undefined;
  #lastMs = -Infinity;

  constructor(fps: number | undefined) {
    this.#intervalMs = fps === undefined ? 0 : 1_000 / fps;
  }

  keeps(timeMs: number): boolean {
    const nextMs = timeMs < this.#lastMs ? timeMs : (this.#nextMs ?? timeMs);
    this.#lastMs = timeMs;
    if (timeMs < nextMs - this.#intervalMs * EARLY) return false;
    const behind = timeMs - nextMs >= this.#intervalMs;
    this.#nextMs = (behind ? timeMs : nextMs) + this.#intervalMs;
    return true;
  }
}
