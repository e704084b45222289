import { type LeaseReport, limits } from "@sluice/contracts";
import type { Price, TokenBucket } from "@sluice/offload";

/** How fast what is measured every second is followed: within about half a minute. */
const follow = 0.05;
/** A frame that was never sent is taken for this large. */
const unknownFrameBytes = 20_000;
/** A bucket that stays this full, heartbeats and all, has more than it uses; one that falls so low has not. */
const fullShare = 0.8;
const wokenShare = 0.6;
const idleAfterMs = 15_000;

/** What the bids are made from. */
export interface Books {
  readonly price: Price;
  readonly bucket: TokenBucket;
  readonly framesPerSecond: () => number;
  readonly streams: readonly { readonly account: { readonly sent: number; readonly bytes: number } }[];
}

/**
 * Measures what bytes are worth to this device: the price that it pays, at the rate at which it spends, and what it would
 * spend if they cost nothing. It is idle while its bucket stays full.
 */
export class Bidder {
  #logPrice: number | null = null;
  #bytesPerSecond: number | null = null;
  #spentBytes = 0;
  #lookedMs: number | null = null;
  #fullSinceMs: number | null = null;
  #idle = false;
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  get idle(): boolean {
    return this.#idle;
  }

  /** Looks at the books, about once a second. */
  look(nowMs: number): void {
    const { bucket, price } = this.#books;
    this.#mindFill(bucket.fill(nowMs), nowMs);
    this.#logPrice = toward(this.#logPrice, Math.log(price.at(bucket, nowMs, this.#frameBytes())));
    const spent = bucket.spentBytes - this.#spentBytes;
    const passedMs = nowMs - (this.#lookedMs ?? nowMs);
    if (passedMs > 0) this.#bytesPerSecond = toward(this.#bytesPerSecond, (spent * 1_000) / passedMs);
    this.#spentBytes = bucket.spentBytes;
    this.#lookedMs = nowMs;
  }

  /** Null before anything was measured. */
  bid(): LeaseReport["bid"] {
    if (this.#logPrice === null || this.#bytesPerSecond === null) return null;
    return {
      price: Math.min(limits.bytePrice, Math.exp(this.#logPrice)),
      atBytesPerSecond: Math.floor(Math.max(0, this.#bytesPerSecond)),
      demandBytesPerSecond: Math.ceil(this.#books.framesPerSecond() * this.#frameBytes()),
    };
  }

  #frameBytes(): number {
    const { streams } = this.#books;
    const sent = streams.reduce((sum, { account }) => sum + account.sent, 0);
    const bytes = streams.reduce((sum, { account }) => sum + account.bytes, 0);
    return sent === 0 ? unknownFrameBytes : bytes / sent;
  }

  #mindFill(fill: number, nowMs: number): void {
    if (fill < fullShare) this.#fullSinceMs = null;
    else this.#fullSinceMs ??= nowMs;
    if (fill < wokenShare) this.#idle = false;
    else if (this.#fullSinceMs !== null && nowMs - this.#fullSinceMs >= idleAfterMs) this.#idle = true;
  }
}

const toward = (from: number | null, to: number): number => (from === null ? to : from + follow * (to - from));
