import type { Result } from "@sluice/contracts";

type Detections = Result["answer"];

/** Frames of a stream that are kept for scoring; later ones are counted only. Half an hour at 10 frames a second. */
export const tapeFrames = 18_000;

interface Taped {
  readonly sourceFrame: number;
  readonly local: Detections;
  /** As published at once, before anybody could answer this frame. */
  readonly first: Detections;
  /** As published live: the local message's answer, or the correction that replaced it in time. */
  answer: Detections;
}

/** What a stream published, as any consumer of its results sees it. */
export class Tape {
  readonly frames = new Map<number, Taped>();
  readonly #keep: boolean;
  #count = 0;
  #firstMs = 0;
  #lastMs = 0;

  /** `keep`: also the answers, to score them. */
  constructor(keep: boolean) {
    this.#keep = keep;
  }

  add(result: Result): void {
    if (result.kind === "local") return this.#addLocal(result);
    const taped = this.frames.get(result.frame);
    if (taped && result.inTime) taped.answer = result.answer;
  }

  #addLocal(result: Result & { kind: "local" }): void {
    if (this.#count === 0) this.#firstMs = result.capturedAtMs;
    this.#count++;
    this.#lastMs = result.capturedAtMs;
    if (!this.#keep || this.frames.size >= tapeFrames) return;
    const { sourceFrame, local, answer } = result;
    this.frames.set(result.frame, { sourceFrame, local, first: answer, answer });
  }

  /** Local answers a second, from first to last; 0 while there are fewer than two. */
  get localFps(): number {
    const seconds = (this.#lastMs - this.#firstMs) / 1_000;
    return seconds > 0 ? (this.#count - 1) / seconds : 0;
  }
}
