import { type DecisionMessage, limits, type Result } from "@sluice/contracts";

/** All that is remembered of one frame. */
export interface Remembered {
  readonly result: Result;
  readonly decision: DecisionMessage;
  readonly correction?: Result;
}

/** The last frames of a stream, to answer why each was sent or skipped. */
export class Recent {
  readonly #frames = new Map<number, Remembered>();

  remember(result: Result, decision: DecisionMessage): void {
    this.#frames.set(result.frame, { result, decision });
    if (this.#frames.size > limits.rememberedFrames) this.#frames.delete(this.#frames.keys().next().value!);
  }

  correct(correction: Result): void {
    const known = this.#frames.get(correction.frame);
    if (known) this.#frames.set(correction.frame, { ...known, correction });
  }

  of(frame: number): Remembered | undefined {
    return this.#frames.get(frame);
  }
}
