import { type Box, clip, type Detection, nms } from "@sluice/vision";
import type { Beliefs } from "./beliefs.ts";
import { type Evidence, type Kind, kept, type Witness } from "./evidence.ts";
import type { Track } from "./track.ts";

/** One thing that may be in the frame, and the evidence for it. The box's score is the chance that it is right. */
export interface Hypothesis {
  readonly evidence: Evidence;
  readonly box: Detection;
}

/** Alternatives for the same object: at most one of them enters the answer. */
export type Group = readonly Hypothesis[];

/** Two boxes of an answer never overlap more than this. */
const duplicateIou = 0.6;

/** Everything that may be in the frame, with evidence to keep. */
export function hypotheses(tracks: readonly Track[], nowMs: number, witness: Witness, beliefs: Beliefs): Group[] {
  return tracks.filter(isCandidate).map((track) => {
    witness.about(track, nowMs);
    return kindsOf(track).map((kind) => {
      const box = boxOf(kind, track);
      const evidence = kept(witness.of(kind, box, classOf(track)));
      return { evidence, box: detection(box, beliefs.rate(evidence), classOf(track)) };
    });
  });
}

/** What was rejected and is not seen again is not there. */
const isCandidate = ({ verdict, edge }: Track): boolean => verdict !== "rejected" || edge !== undefined;

const rejected: readonly Kind[] = ["rejected"];
const fresh: readonly Kind[] = ["fresh"];
const lapsed: readonly Kind[] = ["lapsed"];
const unseen: readonly Kind[] = ["unseen"];
const seen: readonly Kind[] = ["carried", "mixed", "edge"];

function kindsOf({ verdict, edge }: Track): readonly Kind[] {
  if (verdict === "confirmed") return edge ? seen : unseen;
  if (verdict === "rejected") return rejected;
  return edge ? fresh : lapsed;
}

/** A reply's word outweighs what the edge calls it. */
const classOf = ({ verdict, edge, box }: Track): number => (verdict === "confirmed" ? box : (edge ?? box)).classId;

/** Where the object is if that kind is right; good until the next call. */
function boxOf(kind: Kind, { edge, box }: Track): Box {
  if (kind === "mixed") return middle(box, edge!);
  return kind === "carried" || !edge ? box : edge;
}

/** Written again and again, as it is rarely the one that is kept. */
const between = { x1: 0, y1: 0, x2: 0, y2: 0 };

function middle(a: Box, b: Box): Box {
  between.x1 = (a.x1 + b.x1) / 2;
  between.y1 = (a.y1 + b.y1) / 2;
  between.x2 = (a.x2 + b.x2) / 2;
  between.y2 = (a.y2 + b.y2) / 2;
  return between;
}

const detection = ({ x1, y1, x2, y2 }: Box, score: number, classId: number): Detection => ({
  x1,
  y1,
  x2,
  y2,
  score,
  classId,
});

/** Everything that may be in the frame, most likely first, each at most once. A score is a chance. */
export function rank(
  tracks: readonly Track[],
  nowMs: number,
  witness: Witness,
  beliefs: Beliefs,
  limit: number,
): Detection[] {
  const believed: Detection[] = [];
  for (const track of tracks) {
    if (isCandidate(track)) believed.push(mostLikely(track, witness.about(track, nowMs), beliefs));
  }
  return nms(believed, duplicateIou, limit);
}

/** The best of a track's boxes, cut to the picture. */
function mostLikely(track: Track, witness: Witness, beliefs: Beliefs): Detection {
  const kinds = kindsOf(track);
  const classId = classOf(track);
  let best = kinds[0]!;
  let chance = -1;
  for (let i = 0; i < kinds.length; i++) {
    const rate = beliefs.rate(witness.of(kinds[i]!, boxOf(kinds[i]!, track), classId));
    if (rate <= chance) continue;
    best = kinds[i]!;
    chance = rate;
  }
  const { width, height } = witness.view;
  return clip(detection(boxOf(best, track), chance, classId), width, height);
}
