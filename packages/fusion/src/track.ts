import { type Box, clip, type Detection, iou } from "@sluice/vision";
import { centreX, centreY, difference, type Motion, moved, placed, scaled } from "./motion.ts";

/** Something that the edge saw or a reply spoke of, followed from frame to frame. */
export interface Track extends Motion {
  /** What the cloud said when last asked: it is there, it is not; or nobody has asked yet. */
  readonly verdict: "confirmed" | "rejected" | "new";
  /** Where it is believed to be now, with the class and score that the reply gave, or else the edge. */
  readonly box: Detection;
  /** When a reply last spoke of it (else when it was first seen), and when the edge last saw it; stream time. */
  readonly judgedAtMs: number;
  readonly seenAtMs: number;
  readonly bornAtMs: number;
  /** The edge model's detection of it in this frame. */
  readonly edge: Detection | undefined;
  /** How the edge misjudges this object: sides of the judged box minus the edge's, in the edge's width and height. */
  readonly offset: Box | undefined;
  /** Share of recent frames in which the edge saw it, 0 to 1. */
  readonly seenRate: number;
  /** Replies in a row that confirmed it. */
  readonly confirmations: number;
}

/** Overlap from which a detection is taken for a track's object. */
const sameObjectIou = 0.4;
/** What counts for more than overlap when a detection could belong to several tracks. */
const sameClassWeight = 1;
const verdictWeight = { confirmed: 0.5, rejected: 0.25, new: 0 };
/** Position follows the edge with this time constant, speed by this share of it: an alpha-beta filter. */
const positionMs = 250;
const speedShare = 0.2;
/** Coasting slows down: half of the speed is left after this long unseen. */
const speedHalfLifeMs = 1_500;
const seenRateMs = 800;
/** What the edge saw without anybody confirming it is forgotten after this long unseen; confirmed tracks later. */
const unconfirmedMemoryMs = 1_000;
const confirmedMemoryMs = 20_000;
/** A track of which less than this share is inside the picture has left. */
const insideShare = 0.4;
/** Tracks followed that a frame does not show; beyond it those go that nobody confirmed and that were unseen longest. */
export const unseenKept = 128;

/** A track of a detection that belongs to none. */
export const newTrack = (edge: Detection, nowMs: number): Track => ({
  verdict: "new",
  box: edge,
  velocityX: 0,
  velocityY: 0,
  judgedAtMs: nowMs,
  seenAtMs: nowMs,
  bornAtMs: nowMs,
  edge,
  offset: { x1: 0, y1: 0, x2: 0, y2: 0 },
  seenRate: 0.5,
  confirmations: 0,
});

/** Moves every track to the next frame's time and shares out its detections; those that are left begin tracks. */
export function advance(
  tracks: readonly Track[],
  edge: readonly Detection[],
  fromMs: number,
  toMs: number,
  size: { width: number; height: number },
): Track[] {
  const predicted = tracks.map((track) => coast(track, fromMs, toMs));
  const owner = assign(predicted, edge);
  const next = predicted
    .map((track, i) => observe(track, owner.get(i), fromMs, toMs))
    .filter((t) => stays(t, toMs, size));
  const taken = new Set(owner.values());
  return [...remembered(next), ...edge.filter((d) => !taken.has(d)).map((d) => newTrack(d, toMs))];
}

function remembered(tracks: Track[]): Track[] {
  const unseen = tracks.filter(({ edge }) => !edge);
  if (unseen.length <= unseenKept) return tracks;
  const confirmed = ({ verdict }: Track) => (verdict === "confirmed" ? 1 : 0);
  const worth = (a: Track, b: Track) => confirmed(b) - confirmed(a) || b.seenAtMs - a.seenAtMs;
  const gone = new Set(unseen.toSorted(worth).slice(unseenKept));
  return tracks.filter((track) => !gone.has(track));
}

function coast(track: Track, fromMs: number, toMs: number): Track {
  const slowing = 0.5 ** ((toMs - Math.max(track.seenAtMs, track.judgedAtMs)) / speedHalfLifeMs);
  return { ...track, box: moved(track.box, track, ((toMs - fromMs) / 1_000) * slowing) };
}

/** Greedy by overlap; a detection of the track's own class counts for more than one of another class. */
function assign(tracks: readonly Track[], edge: readonly Detection[]): Map<number, Detection> {
  const pairs: { track: number; detection: Detection; weight: number }[] = [];
  for (const [i, { box, verdict }] of tracks.entries()) {
    for (const detection of edge) {
      const overlap = iou(box, detection);
      if (overlap < sameObjectIou) continue;
      const alike = detection.classId === box.classId ? sameClassWeight : 0;
      pairs.push({ track: i, detection, weight: overlap + alike + verdictWeight[verdict] });
    }
  }
  const owner = new Map<number, Detection>();
  const taken = new Set<Detection>();
  for (const { track, detection } of pairs.toSorted((a, b) => b.weight - a.weight)) {
    if (owner.has(track) || taken.has(detection)) continue;
    owner.set(track, detection);
    taken.add(detection);
  }
  return owner;
}

function observe(track: Track, edge: Detection | undefined, fromMs: number, toMs: number): Track {
  const blend = 1 - Math.exp(Math.min(0, fromMs - toMs) / seenRateMs);
  const seenRate = track.seenRate + blend * ((edge ? 1 : 0) - track.seenRate);
  return edge ? { ...follow(track, edge, fromMs, toMs), seenRate } : { ...track, edge: undefined, seenRate };
}

/** The edge saw it at `edge`. */
function follow(track: Track, edge: Detection, fromMs: number, toMs: number): Track {
  const [width, height] = [Math.max(1, edge.x2 - edge.x1), Math.max(1, edge.y2 - edge.y1)];
  const offset = track.offset ?? scaled(difference(track.box, edge), 1 / width, 1 / height);
  const measured = placed(edge, scaled(offset, width, height));
  const seconds = Math.max(toMs - fromMs, 1) / 1_000;
  const share = track.offset ? 1 - Math.exp((-seconds * 1_000) / positionMs) : 1;
  const gain = toMs > fromMs ? (speedShare * share) / seconds : 0;
  const { classId, score } = track.verdict === "new" ? edge : track.box;
  return {
    ...track,
    box: { ...placed(track.box, scaled(difference(measured, track.box), share, share)), classId, score },
    velocityX: track.velocityX + gain * (centreX(measured) - centreX(track.box)),
    velocityY: track.velocityY + gain * (centreY(measured) - centreY(track.box)),
    seenAtMs: toMs,
    edge,
    offset,
  };
}

function stays(track: Track, nowMs: number, { width, height }: { width: number; height: number }): boolean {
  const memoryMs = track.verdict === "confirmed" ? confirmedMemoryMs : unconfirmedMemoryMs;
  const spokenOfMs = track.verdict === "confirmed" ? Math.max(track.seenAtMs, track.judgedAtMs) : track.seenAtMs;
  if (nowMs - spokenOfMs > memoryMs) return false;
  const inside = clip(track.box, width, height);
  const { x1, y1, x2, y2 } = track.box;
  return (inside.x2 - inside.x1) * (inside.y2 - inside.y1) >= insideShare * (x2 - x1) * (y2 - y1);
}
