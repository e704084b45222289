import { invariant } from "@sluice/foundation";
import type { Header } from "./framing.ts";
import type { CapturedFrame } from "./options.ts";
import { FramePool, POOL_FRAMES, type Slot, view } from "./pool.ts";

/** Calls of `next()` that may wait at once. */
const WAITING_CALLS = 16;

type Waiter = (frame: CapturedFrame | undefined) => void;

/**
 * Brings frames from capture processes, one after the other, to the consumer. Frames are asked for by credits: at
 * `realtime` one for each waiting `next()`, so that it gets the newest; at `asap` one for each free slot, so that the
 * next frames are on their way while the consumer works.
 */
export class Delivery {
  readonly #stream: string;
  readonly #ahead: boolean;
  readonly #pool = new FramePool();
  readonly #granted: Slot[] = [];
  readonly #waiters: Waiter[] = [];
  #ready: CapturedFrame[] = [];
  #grant: ((count: number) => void) | undefined;
  #finished = false;
  /** Index of the present capture process's first frame, of the next frame, and of the one after the last delivered. */
  #base = 0;
  #next = 0;
  #seen = 0;

  constructor(stream: string, pace: "realtime" | "asap") {
    this.#stream = stream;
    this.#ahead = pace === "asap";
  }

  /** A capture process began; `grant` gives it credits. */
  connect(grant: (count: number) => void): void {
    this.#base = this.#next;
    this.#grant = grant;
    this.#ask();
  }

  /** The capture process is gone: nothing writes to the granted slots any more. */
  disconnect(): void {
    this.#grant = undefined;
    for (const slot of this.#granted.splice(0)) this.#pool.give(slot);
  }

  /** The capture process has captured so many frames, also if none was asked for. */
  captured(count: number): void {
    this.#next = Math.max(this.#next, this.#base + count);
  }

  target(header: Header): Uint8Array {
    const slot = this.#granted[0];
    invariant(slot, "a frame came without a credit");
    return view(slot, header.bodyBytes);
  }

  arrived(header: Header): void {
    const slot = this.#granted.shift();
    const index = this.#base + header.index;
    invariant(slot && index >= this.#seen, "frames come in order");
    const frame = this.#frame(slot, header, index);
    this.#seen = index + 1;
    this.captured(header.index + 1);
    const waiter = this.#waiters.shift();
    if (waiter) waiter(frame);
    else if (this.#finished) frame.release();
    else this.#ready.push(frame);
  }

  next(): Promise<CapturedFrame | undefined> {
    const frame = this.#ready.shift();
    if (frame || this.#finished) return Promise.resolve(frame);
    invariant(this.#waiters.length < WAITING_CALLS, `at most ${WAITING_CALLS} calls of next() wait at once`);
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#ask();
    });
  }

  /** No frame will come any more; those that are ready can still be taken. */
  finish(): void {
    this.#finished = true;
    for (const waiter of this.#waiters.splice(0)) waiter(undefined);
  }

  /** Forgets the frames that nobody took. */
  clear(): void {
    for (const frame of this.#ready.splice(0)) frame.release();
  }

  #ask(): void {
    if (!this.#grant) return;
    const wanted = (this.#ahead ? POOL_FRAMES : this.#waiters.length) - this.#granted.length;
    const count = Math.min(wanted, this.#pool.free);
    if (count <= 0) return;
    for (let i = 0; i < count; i++) this.#granted.push(this.#pool.take());
    this.#grant(count);
  }

  #frame(slot: Slot, header: Header, index: number): CapturedFrame {
    let held = true;
    return {
      stream: this.#stream,
      index,
      sourceIndex: header.sourceIndex,
      capturedAtMs: header.capturedAtMs,
      width: header.width,
      height: header.height,
      data: view(slot, header.bodyBytes),
      skippedBefore: index - this.#seen,
      release: () => {
        if (!held) return;
        held = false;
        this.#pool.give(slot);
        this.#ask();
      },
    };
  }
}
