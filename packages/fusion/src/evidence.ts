import { type Box, iou } from "@sluice/vision";
import type { Track } from "./track.ts";

/**
 * What an answer may be made of. Of a track that the edge model confirms in this frame: the `carried` box, the `edge`'s
 * own, or the mean of both, `mixed`. `unseen`: a confirmed track that the edge misses; `fresh`: a detection that no reply
 * has judged; `lapsed`: one that was there a moment ago; `rejected`: one that the cloud did not confirm when asked.
 */
export const kinds = ["carried", "mixed", "edge", "unseen", "fresh", "lapsed", "rejected"] as const;
export type Kind = (typeof kinds)[number];

/** Numbers that speak for or against a hypothesis; about -2 to 2 each. */
export const features = [
  "one",
  "age", // log of the seconds since a reply judged it
  "score", // log2 of the edge's score over its threshold
  "seenRate", // how regularly the edge sees it, -1 to 1
  "size", // log2 of its side against a tenth of the picture's
  "border", // whether it touches the picture's edge
  "speed", // in its own sides a second
  "confirmations", // log of the replies in a row that confirmed it
  "overlap", // of the carried box and the edge's, -1 to 1; unseen: log of the seconds since it was seen
  "followed", // log of the seconds that it has been followed
  "cloudScore", // log2 of the cloud's score over a common threshold
  "otherClass", // whether edge and cloud call it by different names
] as const;

/** Beyond the features: a bias for each class and for each part of the picture, both learned from zero. */
const classBuckets = 16;
const placeColumns = 4;
const placeRows = 3;
export const weightCount = features.length + classBuckets + placeColumns * placeRows;

export interface Evidence {
  readonly kind: Kind;
  /** As long as {@link features}. A plain array: so short a typed one costs an allocation outside the heap. */
  readonly x: readonly number[];
  /** Which weights are the biases of its class and of its place. */
  readonly classAt: number;
  readonly placeAt: number;
}

export interface View {
  /** Size of the stream's pictures, pixels. */
  readonly width: number;
  readonly height: number;
  /** Score from which a detection of the edge model counts as an answer. */
  readonly threshold: number;
}

const commonThreshold = 0.35;
const borderShare = 0.02;

/** Where each feature stands in the list. */
const at = Object.fromEntries(features.map((name, i) => [name, i])) as Record<(typeof features)[number], number>;
const { one, age, score, seenRate, size, border, speed, confirmations, overlap, followed, cloudScore, otherClass } = at;

/**
 * Gathers the evidence for tracks, one after the other, and for the boxes that each may be given. It writes on one sheet
 * again and again: nearly all evidence is read once, at once, and a crowd has a lot of it.
 */
export class Witness {
  readonly view: View;
  readonly #sheet = { kind: kinds[0] as Kind, x: features.map(() => 0), classAt: 0, placeAt: 0 };
  #speed = 0;

  constructor(view: View) {
    this.view = view;
  }

  /** Turns to a track; all evidence before is void. */
  about(track: Track, nowMs: number): this {
    const { edge, box } = track;
    const { x } = this.#sheet;
    this.#speed = Math.hypot(track.velocityX, track.velocityY);
    x[one] = 1;
    x[age] = logSeconds(nowMs - track.judgedAtMs);
    x[score] = edge ? logRatio(edge.score, this.view.threshold) : 0;
    x[seenRate] = 2 * track.seenRate - 1;
    x[confirmations] = Math.log1p(track.confirmations);
    x[overlap] = edge ? 2 * iou(box, edge) - 1 : logSeconds(nowMs - track.seenAtMs);
    x[followed] = logSeconds(nowMs - track.bornAtMs);
    x[cloudScore] = track.verdict === "confirmed" ? logRatio(box.score, commonThreshold) : 0;
    x[otherClass] = edge && edge.classId !== box.classId ? 1 : 0;
    return this;
  }

  /** The evidence that the track's object, of that class, is at `box`; good until the next call. */
  of(kind: Kind, box: Box, classId: number): Evidence {
    const { width, height } = this.view;
    const sheet = this.#sheet;
    const side = Math.sqrt(Math.max(1, (box.x2 - box.x1) * (box.y2 - box.y1)));
    sheet.x[size] = within(Math.log2(side / Math.sqrt(width * height) / 0.1), 3) / 2;
    sheet.x[border] = touchesBorder(box, width, height) ? 1 : 0;
    sheet.x[speed] = Math.min(2, this.#speed / side);
    sheet.kind = kind;
    sheet.classAt = features.length + (classId % classBuckets);
    sheet.placeAt = placeOf(box, width, height);
    return sheet;
  }
}

/** Evidence to keep. */
export const kept = ({ kind, x, classAt, placeAt }: Evidence): Evidence => ({ kind, x: [...x], classAt, placeAt });

const within = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
const logSeconds = (ms: number): number => Math.log1p(Math.max(0, ms) / 1_000);
const logRatio = (value: number, threshold: number): number =>
  within(Math.log2(Math.max(value, 1e-3) / Math.max(threshold, 1e-3)), 1.5);

function touchesBorder({ x1, y1, x2, y2 }: Box, width: number, height: number): boolean {
  const [marginX, marginY] = [borderShare * width, borderShare * height];
  return x1 < marginX || y1 < marginY || x2 > width - marginX || y2 > height - marginY;
}

function placeOf(box: Box, width: number, height: number): number {
  const column = cellWithin(Math.floor(((box.x1 + box.x2) / 2 / width) * placeColumns), placeColumns);
  const row = cellWithin(Math.floor(((box.y1 + box.y2) / 2 / height) * placeRows), placeRows);
  return features.length + classBuckets + row * placeColumns + column;
}

const cellWithin = (cell: number, cells: number): number => Math.max(0, Math.min(cells - 1, cell));
