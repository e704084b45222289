import { type Box, clip, type Detection, iou } from "@sluice/vision";

/** Something that a reply spoke of, followed through the frames after it. */
export interface Track {
  readonly verdict: "confirmed" | "rejected";
  /** Where it is believed to be now, with the class and score that the reply gave. */
  readonly box: Detection;
  /** Pixels a second, of the centre. */
  readonly velocityX: number;
  readonly velocityY: number;
  /** When a reply last spoke of it, and when the edge model last saw it; milliseconds of stream time. */
  readonly judgedAtMs: number;
  readonly seenAtMs: number;
  /** The edge model's detection of it in this frame. */
  readonly edge: Detection | undefined;
  /** Sides of the judged box minus sides of the edge's when they first met: how the edge misjudges this object. */
  readonly offset: Box | undefined;
}

/** Overlap from which a detection is taken for a track's object. */
const sameObjectIou = 0.3;
/** A track's velocity follows each new observation by this share. */
const velocityGain = 0.4;
/** Coasting slows down: half of the speed is left after this long unseen. */
const speedHalfLifeMs = 1_500;
/** A rejected detection is forgotten once the edge has not repeated it for this long. */
const rejectedMemoryMs = 1_000;
/** A confirmed track that nobody saw for this long is forgotten. */
const unseenMemoryMs = 20_000;
/** A track of which less than this share is inside the picture has left. */
const insideShare = 0.4;

/** Moves every track to the next frame's time; returns the tracks and the detections that belong to none. */
export function advance(
  tracks: readonly Track[],
  edge: readonly Detection[],
  fromMs: number,
  toMs: number,
  size: { width: number; height: number },
): { tracks: Track[]; fresh: Detection[] } {
  const predicted = tracks.map((track) => coast(track, fromMs, toMs));
  const owner = assign(predicted, edge);
  const seconds = Math.max(toMs - fromMs, 1) / 1_000;
  const moved = predicted.map((track, i) => {
    const detection = owner.get(i);
    return detection ? observe(track, tracks[i]!, detection, toMs, seconds) : { ...track, edge: undefined };
  });
  const taken = new Set(owner.values());
  return { tracks: moved.filter((t) => stays(t, toMs, size)), fresh: edge.filter((d) => !taken.has(d)) };
}

function coast(track: Track, fromMs: number, toMs: number): Track {
  const slowing = 0.5 ** ((toMs - Math.max(track.seenAtMs, track.judgedAtMs)) / speedHalfLifeMs);
  const seconds = ((toMs - fromMs) / 1_000) * slowing;
  return { ...track, box: shifted(track.box, track.velocityX * seconds, track.velocityY * seconds) };
}

const shifted = <B extends Box>(b: B, dx: number, dy: number): B => ({
  ...b,
  x1: b.x1 + dx,
  y1: b.y1 + dy,
  x2: b.x2 + dx,
  y2: b.y2 + dy,
});

/** Greedy by overlap; a detection of the track's own class counts for more than one of another class. */
function assign(tracks: readonly Track[], edge: readonly Detection[]): Map<number, Detection> {
  const pairs: { track: number; detection: Detection; weight: number }[] = [];
  for (const [i, track] of tracks.entries()) {
    for (const detection of edge) {
      const overlap = iou(track.box, detection);
      if (overlap < sameObjectIou) continue;
      pairs.push({ track: i, detection, weight: overlap + (detection.classId === track.box.classId ? 1 : 0) });
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

function observe(predicted: Track, before: Track, edge: Detection, nowMs: number, seconds: number): Track {
  const offset = predicted.offset ?? difference(predicted.box, edge);
  const carried = { ...predicted.box, ...plus(edge, offset) };
  const speedX = (centreX(carried) - centreX(before.box)) / seconds;
  const speedY = (centreY(carried) - centreY(before.box)) / seconds;
  return {
    ...predicted,
    box: carried,
    velocityX: predicted.velocityX + velocityGain * (speedX - predicted.velocityX),
    velocityY: predicted.velocityY + velocityGain * (speedY - predicted.velocityY),
    seenAtMs: nowMs,
    edge,
    offset,
  };
}

const centreX = (b: Box) => (b.x1 + b.x2) / 2;
const centreY = (b: Box) => (b.y1 + b.y2) / 2;
const difference = (a: Box, b: Box): Box => ({
  x1: a.x1 - b.x1,
  y1: a.y1 - b.y1,
  x2: a.x2 - b.x2,
  y2: a.y2 - b.y2,
});

function plus(box: Box, offset: Box): Box {
  const x1 = box.x1 + offset.x1;
  const y1 = box.y1 + offset.y1;
  return { x1, y1, x2: Math.max(x1 + 1, box.x2 + offset.x2), y2: Math.max(y1 + 1, box.y2 + offset.y2) };
}

function stays(track: Track, nowMs: number, { width, height }: { width: number; height: number }): boolean {
  if (track.verdict === "rejected" && nowMs - track.seenAtMs > rejectedMemoryMs) return false;
  if (nowMs - Math.max(track.seenAtMs, track.judgedAtMs) > unseenMemoryMs) return false;
  const inside = clip(track.box, width, height);
  const { x1, y1, x2, y2 } = track.box;
  return (inside.x2 - inside.x1) * (inside.y2 - inside.y1) >= insideShare * (x2 - x1) * (y2 - y1);
}
