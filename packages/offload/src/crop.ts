import type { Rung } from "@sluice/contracts";
import type { Box } from "@sluice/vision";
import type { Hints } from "./assess.ts";
import { bestPatch, doubtsOf, type Patch } from "./patch.ts";
import type { Size } from "./region.ts";

/** One way to send a frame: whole, or a region of it. */
export interface Offer {
  readonly rung: Rung;
  /** Pixels of the frame; undefined for the whole of it. */
  readonly region?: Box;
  /** Share of the picture's area, and of what is expected to be lost in it. */
  readonly share: number;
  readonly part: number;
  /** Expected on the wire. */
  readonly bytes: number;
}

export interface Terms {
  /** What an answer to the whole frame is expected to win, and the price of a byte. */
  readonly value: number;
  readonly price: number;
  /** Expected on the wire, of a crop with this share of the area. */
  readonly bytesOf: (share: number) => number;
}

/** Of a larger part the whole is asked: it costs little more, and shows what nobody suspects. */
const mostShare = 0.6;

/** The crop of a frame that wins most beyond its price, if it wins more than the `whole` frame does beyond its own. */
export function bestCrop(whole: Offer, hints: Hints, answered: number, size: Size, terms: Terms): Offer | undefined {
  const doubts = doubtsOf(hints.ranked, answered);
  const total = doubts.reduce((sum, { doubt }) => sum + doubt, hints.missed);
  const partOf = ({ doubt, share }: Patch) => (doubt + share * hints.missed) / total;
  const worth = (patch: Patch) => partOf(patch) * terms.value - terms.price * terms.bytesOf(patch.share);
  const patch = total > 0 ? bestPatch(doubts, size, worth) : undefined;
  if (!patch || patch.share > mostShare || worth(patch) <= terms.value - terms.price * whole.bytes) return undefined;
  const { region, share } = patch;
  return { rung: whole.rung, region, share, part: partOf(patch), bytes: terms.bytesOf(share) };
}
