import { area, type Box, coreOf, type Detection, within } from "@sluice/vision";
import { regionAround, type Size, union } from "./region.ts";

/** Doubtful boxes that are looked at, the most doubtful first, and how many of them a patch may begin at. */
const doubtsMost = 16;
const seedsMost = 3;

/** A box with how doubtful it is: the errors that an answer is expected to make by it. */
export interface Doubt extends Box {
  readonly doubt: number;
}

/** A part of the picture that may be asked about alone: the doubt that lies in it, and its share of the picture's area. */
export interface Patch {
  readonly region: Box;
  readonly doubt: number;
  readonly share: number;
}

/** What an answer of the first `answered` of the `ranked` boxes may have wrong, box by box. */
export const doubtsOf = (ranked: readonly Detection[], answered: number): Doubt[] =>
  ranked.map(({ x1, y1, x2, y2, score }, i) => ({ x1, y1, x2, y2, doubt: i < answered ? 1 - score : score }));

interface Weighed {
  /** Around all that it was made for, tightly. */
  readonly box: Box;
  readonly patch: Patch;
  readonly worth: number;
}

/**
 * The patch that is worth most by `worth`, as far as growing finds it: begun at each of the most doubtful boxes, a patch
 * takes in the doubt that adds most until none adds anything. Undefined where nothing is in doubt.
 */
export function bestPatch(doubts: readonly Doubt[], size: Size, worth: (patch: Patch) => number): Patch | undefined {
  const most = doubts.toSorted((a, b) => b.doubt - a.doubt).slice(0, doubtsMost);
  const weigh = (box: Box): Weighed => {
    const patch = patchAround(box, doubts, size);
    return { box, patch, worth: worth(patch) };
  };
  let best: Weighed | undefined;
  for (const seed of most.slice(0, seedsMost)) {
    const candidate = grown(weigh(seed), most, size, weigh);
    if (!best || candidate.worth > best.worth) best = candidate;
  }
  return best?.patch;
}

function grown(begun: Weighed, doubts: readonly Doubt[], size: Size, weigh: (box: Box) => Weighed): Weighed {
  let best = begun;
  for (let round = 1; round < doubts.length; round++) {
    const { box, patch } = best;
    const core = coreOf(patch.region, size);
    for (const doubt of doubts) {
      if (within(doubt, core)) continue;
      const larger = weigh(union(box, doubt));
      if (larger.worth > best.worth) best = larger;
    }
    if (best.patch === patch) break;
  }
  return best;
}

function patchAround(box: Box, doubts: readonly Doubt[], size: Size): Patch {
  const region = regionAround(box, size);
  const core = coreOf(region, size);
  let doubt = 0;
  for (const each of doubts) if (within(each, core)) doubt += each.doubt;
  return { region, doubt, share: area(region) / (size.width * size.height) };
}
