import { type Box, type CameraMotion, carriedBy, clip, type Detection } from "@sluice/vision";
import { assign } from "./assign.ts";
import { centreX, centreY, corrected, type Motion, misjudged, moved, towards } from "./motion.ts";

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

/** The next frame: what the edge saw in it, when, and how the camera moved until then. */
interface Next {
  readonly edge: readonly Detection[];
  readonly atMs: number;
  readonly camera: CameraMotion;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Moves every track to the next frame and shares out its detections; those that are left begin tracks. */
export function advance(
  tracks: readonly Track[],
  { edge, atMs: toMs, camera }: Next,
  fromMs: number,
  size: Size,
): Track[] {
  const boxes = tracks.map((track) => coast(track, fromMs, toMs, camera, size));
  const owner = assign(tracks, boxes, edge);
  const filter = filterOver(fromMs, toMs);
  const free = edge.map(() => true);
  const next: Track[] = [];
  for (let i = 0; i < tracks.length; i++) {
    const seen = owner[i]!;
    if (seen >= 0) free[seen] = false;
    const track = seen >= 0 ? follow(tracks[i]!, boxes[i]!, edge[seen]!, filter) : miss(tracks[i]!, boxes[i]!, filter);
    if (stays(track, toMs, size)) next.push(track);
  }
  const kept = remembered(next);
  for (let j = 0; j < edge.length; j++) if (free[j]) kept.push(newTrack(edge[j]!, toMs));
  return kept;
}

function remembered(tracks: Track[]): Track[] {
  const unseen = tracks.filter(({ edge }) => !edge);
  if (unseen.length <= unseenKept) return tracks;
  const confirmed = ({ verdict }: Track) => (verdict === "confirmed" ? 1 : 0);
  const worth = (a: Track, b: Track) => confirmed(b) - confirmed(a) || b.seenAtMs - a.seenAtMs;
  const gone = new Set(unseen.toSorted(worth).slice(unseenKept));
  return tracks.filter((track) => !gone.has(track));
}

/** Where a track's object is at `toMs` if it goes on as it did. */
function coast(track: Track, fromMs: number, toMs: number, camera: CameraMotion, size: Size): Detection {
  const slowing = 0.5 ** ((toMs - Math.max(track.seenAtMs, track.judgedAtMs)) / speedHalfLifeMs);
  const box = moved(track.box, track, ((toMs - fromMs) / 1_000) * slowing);
  return carriedBy(camera, box, size.width, size.height);
}

/** How far what is believed follows what is seen in one frame. */
interface Filter {
  readonly toMs: number;
  /** Shares of the difference by which `seenRate` and position follow, and by which speed does, a second. */
  readonly blend: number;
  readonly share: number;
  readonly seconds: number;
}

function filterOver(fromMs: number, toMs: number): Filter {
  const seconds = Math.max(toMs - fromMs, 1) / 1_000;
  return {
    toMs,
    blend: 1 - Math.exp(Math.min(0, fromMs - toMs) / seenRateMs),
    share: 1 - Math.exp((-seconds * 1_000) / positionMs),
    seconds: toMs > fromMs ? seconds : Number.POSITIVE_INFINITY,
  };
}

/** The edge does not see it in this frame. */
const miss = (track: Track, box: Detection, { blend }: Filter): Track => ({
  verdict: track.verdict,
  box,
  velocityX: track.velocityX,
  velocityY: track.velocityY,
  judgedAtMs: track.judgedAtMs,
  seenAtMs: track.seenAtMs,
  bornAtMs: track.bornAtMs,
  edge: undefined,
  offset: track.offset,
  seenRate: track.seenRate + blend * (0 - track.seenRate),
  confirmations: track.confirmations,
});

/** The edge sees it at `edge`, and it was expected at `box`. */
function follow(track: Track, box: Detection, edge: Detection, { toMs, blend, share, seconds }: Filter): Track {
  const offset = track.offset ?? misjudged(box, edge);
  const measured = corrected(edge, offset);
  const moves = track.offset ? share : 1;
  const gain = (speedShare * moves) / seconds;
  return {
    verdict: track.verdict,
    box: towards(box, measured, moves, track.verdict === "new" ? edge : track.box),
    velocityX: track.velocityX + gain * (centreX(measured) - centreX(box)),
    velocityY: track.velocityY + gain * (centreY(measured) - centreY(box)),
    judgedAtMs: track.judgedAtMs,
    seenAtMs: toMs,
    bornAtMs: track.bornAtMs,
    edge,
    offset,
    seenRate: track.seenRate + blend * (1 - track.seenRate),
    confirmations: track.confirmations,
  };
}

function stays(track: Track, nowMs: number, { width, height }: Size): boolean {
  const memoryMs = track.verdict === "confirmed" ? confirmedMemoryMs : unconfirmedMemoryMs;
  const spokenOfMs = track.verdict === "confirmed" ? Math.max(track.seenAtMs, track.judgedAtMs) : track.seenAtMs;
  if (nowMs - spokenOfMs > memoryMs) return false;
  const inside = clip(track.box, width, height);
  const { x1, y1, x2, y2 } = track.box;
  return (inside.x2 - inside.x1) * (inside.y2 - inside.y1) >= insideShare * (x2 - x1) * (y2 - y1);
}
