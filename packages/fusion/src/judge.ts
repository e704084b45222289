import { type Detection, iou, still } from "@sluice/vision";
import type { Reply } from "./reply.ts";
import { type Past, speedOf } from "./speed.ts";
import { advance, newTrack, type Track } from "./track.ts";

/** What was believed at the frame that a reply speaks of. */
export interface Judged extends Past {
  readonly edge: readonly Detection[];
  readonly tracks: readonly Track[];
}

/** Overlap from which a box of the reply is the object of a track. */
const sameObjectIou = 0.3;
/** What a track that was confirmed before counts for beyond its overlap. */
const confirmedWeight = 0.2;
/** A box of a reply that nobody followed: how regularly the edge is guessed to see it. */
const unknownSeenRate = 0.3;
const anywhere = { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY };

/**
 * The tracks that follow from a reply: its boxes, and as rejected the edge's detections that it does not confirm. A reply
 * about a part of the picture says nothing of what it does not show whole: that stays as it was.
 */
export function judged(
  moment: Judged,
  reply: Reply,
  earlier: readonly Past[],
  size: { width: number; height: number },
): Track[] {
  const known = new Set(moment.tracks);
  const confirmed = reply.whole.map((box) => confirm(box, known, moment.atMs));
  const spared = [...known].filter(({ box, edge }) => !(reply.judges(box) && (!edge || reply.judges(edge))));
  const sparedEdge = new Set(spared.map(({ edge }) => edge));
  const edge = moment.edge.filter((detection) => !sparedEdge.has(detection));
  const before = moment.tracks.filter(({ verdict }) => verdict === "confirmed");
  const byEdge = new Map(moment.tracks.map((track) => [track.edge, track]));
  const followed = advance(confirmed, { edge, atMs: moment.atMs, camera: still }, moment.atMs, anywhere).map(
    (track) => {
      if (track.verdict === "confirmed") return { ...track, ...speedOf(track, moment, before, earlier, size) };
      const seen = byEdge.get(track.edge) ?? track;
      const doubtful = reply.whole.some((r) => r.classId === track.box.classId && iou(r, track.box) >= sameObjectIou);
      return doubtful ? unjudged(seen, track) : rejected(seen, track);
    },
  );
  return [...spared, ...followed];
}

function confirm(box: Detection, known: Set<Track>, atMs: number): Track {
  const before = takeNearest(box, known);
  const again = before?.verdict === "confirmed" ? before.confirmations + 1 : 0;
  return {
    ...newTrack(box, atMs),
    verdict: "confirmed",
    seenAtMs: before?.seenAtMs ?? atMs,
    bornAtMs: before?.bornAtMs ?? atMs,
    edge: undefined,
    offset: undefined,
    seenRate: before?.seenRate ?? unknownSeenRate,
    confirmations: again,
  };
}

/** The track that stands where the box is; no two boxes get the same one. */
function takeNearest(box: Detection, known: Set<Track>): Track | undefined {
  let best: Track | undefined;
  let bestWeight = 0;
  for (const track of known) {
    const overlap = iou(track.box, box);
    const weight = overlap + (track.verdict === "confirmed" ? confirmedWeight : 0);
    if (overlap < sameObjectIou || weight <= bestWeight) continue;
    best = track;
    bestWeight = weight;
  }
  if (best) known.delete(best);
  return best;
}

const unjudged = (before: Track, track: Track): Track => (before.verdict === "new" ? before : track);

const rejected = (before: Track, { box, edge, judgedAtMs }: Track): Track => ({
  ...before,
  verdict: "rejected",
  box,
  edge,
  judgedAtMs,
  seenAtMs: judgedAtMs,
  offset: { x1: 0, y1: 0, x2: 0, y2: 0 },
  confirmations: 0,
});
