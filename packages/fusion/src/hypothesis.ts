import { clip, type Detection, nms } from "@sluice/vision";
import { ageClass, type Beliefs, type Kind, scoreClass } from "./beliefs.ts";
import type { Track } from "./track.ts";

/** One thing that may be in the frame, and the kind of evidence for it. */
export interface Hypothesis {
  readonly kind: Kind;
  readonly box: Detection;
}

/** Alternatives for the same object: at most one of them enters the answer. */
export type Group = readonly Hypothesis[];

/** A hypothesis enters the answer from this chance of being right: about where including it begins to raise F1. */
const includeFrom = 0.45;
/** Two boxes of an answer never overlap more than this. */
const duplicateIou = 0.6;

/** Everything that may be in the frame. */
export function hypotheses(
  tracks: readonly Track[],
  fresh: readonly Detection[],
  nowMs: number,
  threshold: number,
): Group[] {
  return [
    ...tracks.flatMap((track) => groupOf(track, nowMs)),
    ...fresh.map((box): Group => [{ kind: `fresh/${scoreClass(box.score, threshold)}`, box }]),
  ];
}

function groupOf(track: Track, nowMs: number): Group[] {
  const age = ageClass(nowMs - track.judgedAtMs);
  const { edge, box } = track;
  if (track.verdict === "rejected") return edge ? [[{ kind: `rejected/${age}`, box: edge }]] : [];
  if (!edge) return [[{ kind: `unseen/${age}`, box }]];
  return [
    [
      { kind: `seen-carried/${age}`, box },
      { kind: `seen-edge/${age}`, box: { ...edge, classId: box.classId } },
    ],
  ];
}

/**
 * The answer: of each group the most believed alternative, if it is believed enough. The score of a box is the chance
 * that it is right.
 */
export function answerOf(
  groups: readonly Group[],
  beliefs: Beliefs,
  size: { width: number; height: number },
  limit: number,
): Detection[] {
  const believed: Detection[] = [];
  for (const group of groups) {
    let best: Detection | undefined;
    for (const { kind, box } of group) {
      const score = beliefs.rate(kind);
      if (score >= includeFrom && score > (best?.score ?? 0)) best = { ...box, score };
    }
    if (best) believed.push(clip(best, size.width, size.height));
  }
  return nms(believed, duplicateIou, limit);
}
