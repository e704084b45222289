import { fieldsOf, numberIn } from "@sluice/foundation";
import type { Signals } from "./assess.ts";

/** What the first reply is assumed to win. */
const firstWon = 0.2;
/** Each reply moves the estimate by this share: gains of one stream are much alike from one to the next. */
const follow = 0.5;
/** A frame is worth something however little the last ones won. */
const leastWon = 0.1;
/** A part that nothing was expected of tells nothing of the whole. */
const leastPart = 0.01;

/**
 * What a reply is expected to win for a stream: the loss that fusion has been expecting since the last frame that was
 * sent, as far as sending could have saved it, summed up, times what recent replies won. The sum makes a quiet scene wait
 * and a changing one hurry; what was won corrects for a fusion that doubts too much or too little. In frames' worth of F1, as
 * far as it is learned.
 */
export class Gain {
  #won = firstWon;

  /** Expected F1 won by sending now. */
  expected({ lost }: Signals): number {
    return lost * (leastWon + this.#won);
  }

  /**
   * Learns from a reply: `won` is the F1 that it added to its frame's answer, `part` the share of what was expected to be
   * lost that it was asked about. The whole would have won `won / part`, which a part tells as surely as it is large.
   */
  observed(won: number, part = 1): void {
    this.#won += follow * part * (Math.min(Math.max(won / Math.max(part, leastPart), 0), 1) - this.#won);
  }

  toJSON(): { won: number } {
    return { won: this.#won };
  }

  /** Goes on from what {@link toJSON} wrote; throws, saying why, where that cannot be. */
  static from(value: unknown): Gain {
    const gain = new Gain();
    gain.#won = numberIn(fieldsOf(value, "gain")["won"], "won", 0, 1);
    return gain;
  }
}
