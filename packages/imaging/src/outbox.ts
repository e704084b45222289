import type { Socket } from "node:net";
import type { Polygon } from "@sluice/vision";
import { encodeHeader, encodeReport, type Report } from "./framing.ts";
import { fillSpans, maskSpans, type Spans } from "./mask.ts";
import { RGB_PADDING_BYTES } from "./rgb.ts";
import type { Shot } from "./shot.ts";

interface Captured {
  readonly shot: Shot;
  readonly index: number;
  readonly capturedAtMs: number;
}

/**
 * Sends captured pictures over the channel, one for each credit. Holds one picture: a newer one supersedes it, unless
 * the caller waits with `settled()` first. Pixels are converted and masked only when they are sent.
 */
export class Outbox {
  readonly #channel: Socket;
  #masks: readonly Polygon[] = [];
  #credits = 0;
  #captured = 0;
  #held: Captured | undefined;
  #sending = false;
  #rgb = Buffer.alloc(0);
  #spans: Spans = new Int32Array(0);
  #spansSize = "";
  #wake: () => void = () => {};

  constructor(channel: Socket) {
    this.#channel = channel;
  }

  /** Paints these, and no others, in what is sent from now on. */
  mask(masks: readonly Polygon[]): void {
    this.#masks = masks;
    this.#spansSize = "";
  }

  /** Frames captured, sent or not. */
  get captured(): number {
    return this.#captured;
  }

  credit(count: number): void {
    this.#credits += count;
    this.#pump();
  }

  put(shot: Shot): void {
    this.#held?.shot.free();
    this.#held = { shot, index: this.#captured++, capturedAtMs: Date.now() };
    this.#pump();
  }

  report(report: Report): void {
    this.#channel.write(encodeReport(report));
  }

  /** Resolves when no picture is held any more. */
  async settled(): Promise<void> {
    while (this.#held) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #pump(): void {
    if (this.#sending || this.#credits === 0 || !this.#held) return;
    const { shot, index, capturedAtMs } = this.#held;
    const { width, height, sourceIndex } = shot;
    const pixels = this.#pixels(shot);
    this.#held = undefined;
    this.#credits--;
    this.#sending = true;
    this.#channel.cork();
    const bodyBytes = pixels.length;
    this.#channel.write(encodeHeader({ kind: "frame", bodyBytes, width, height, index, sourceIndex, capturedAtMs }));
    this.#channel.write(pixels, () => {
      this.#sending = false;
      this.#pump();
    });
    this.#channel.uncork();
    this.#wake();
  }

  #pixels(shot: Shot): Buffer {
    const { width, height } = shot;
    const byteCount = width * height * 3;
    const size = `${width}x${height}`;
    if (size !== this.#spansSize) {
      this.#rgb = Buffer.alloc(byteCount + RGB_PADDING_BYTES);
      this.#spans = maskSpans(this.#masks, width, height);
      this.#spansSize = size;
    }
    shot.writeRgb(this.#rgb);
    shot.free();
    const pixels = this.#rgb.subarray(0, byteCount);
    fillSpans(pixels, this.#spans);
    return pixels;
  }
}
