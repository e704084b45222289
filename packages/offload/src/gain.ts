import { fieldsOf, numberIn } from "@sluice/foundation";
import type { Signals } from "./assess.ts";

/** Loss of F1 a second that a stream is assumed to build up before the first reply tells. */
const firstLossPerSecond = 0.1;
/** Each reply moves the estimate by this share. */
const follow = 0.15;
const mostLossPerSecond = 5;
/** Loss does not build up beyond this age: by then an old correction says nothing more. */
const horizonSeconds = 10;

/**
 * What a reply is expected to win for a stream: loss builds up from the last reply on, at a rate that every reply
 * reveals, faster while the scene changes and where fusion doubts its own answer. In frames' worth of F1 for each frame
 * until the next reply.
 */
export class Gain {
  #lossPerSecond = firstLossPerSecond;

  /** Expected F1 won by sending now. */
  expected(signals: Signals): number {
    const staleSeconds = Math.min(signals.staleMs / 1_000, horizonSeconds);
    const built = 1 - Math.exp(-this.#lossPerSecond * staleSeconds);
    return built * (0.5 + signals.loss) * (1 + signals.churn + signals.drift);
  }

  /** Learns from a reply: `won` is the F1 that it added to its frame's answer, `staleMs` the age of the one before. */
  observed(won: number, staleMs: number): void {
    const seconds = Math.min(Math.max(staleMs / 1_000, 0.1), horizonSeconds);
    const lossPerSecond = -Math.log(1 - Math.min(Math.max(won, 0), 0.98)) / seconds;
    this.#lossPerSecond += follow * (Math.min(lossPerSecond, mostLossPerSecond) - this.#lossPerSecond);
  }

  get lossPerSecond(): number {
    return this.#lossPerSecond;
  }

  toJSON(): { lossPerSecond: number } {
    return { lossPerSecond: this.#lossPerSecond };
  }

  /** Goes on from what {@link toJSON} wrote; throws, saying why, where that cannot be. */
  static from(value: unknown): Gain {
    const gain = new Gain();
    gain.#lossPerSecond = numberIn(fieldsOf(value, "gain")["lossPerSecond"], "lossPerSecond", 0, mostLossPerSecond);
    return gain;
  }
}
