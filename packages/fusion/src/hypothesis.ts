import { clip, type Detection, nms } from "@sluice/vision";
import type { Beliefs } from "./beliefs.ts";
import { type Evidence, evidenceFor, type Kind, type View } from "./evidence.ts";
import type { Track } from "./track.ts";

/** One thing that may be in the frame, and the evidence for it. */
export interface Hypothesis {
  readonly evidence: Evidence;
  readonly box: Detection;
}

/** Alternatives for the same object: at most one of them enters the answer. */
export type Group = readonly Hypothesis[];

/** Two boxes of an answer never overlap more than this. */
const duplicateIou = 0.6;

/** Everything that may be in the frame. */
export const hypotheses = (tracks: readonly Track[], nowMs: number, view: View): Group[] =>
  tracks
    .map((track) =>
      alternatives(track).map(({ kind, box }) => ({ evidence: evidenceFor(kind, track, box, nowMs, view), box })),
    )
    .filter((group) => group.length > 0);

function alternatives({ verdict, edge, box }: Track): { kind: Kind; box: Detection }[] {
  if (verdict === "rejected") return edge ? [{ kind: "rejected", box: edge }] : [];
  if (verdict === "new") return [edge ? { kind: "fresh", box: edge } : { kind: "lapsed", box }];
  if (!edge) return [{ kind: "unseen", box }];
  const own = { ...edge, classId: box.classId };
  return [
    { kind: "carried", box },
    { kind: "mixed", box: mean(box, own) },
    { kind: "edge", box: own },
  ];
}

const mean = (a: Detection, b: Detection): Detection => ({
  ...a,
  x1: (a.x1 + b.x1) / 2,
  y1: (a.y1 + b.y1) / 2,
  x2: (a.x2 + b.x2) / 2,
  y2: (a.y2 + b.y2) / 2,
});

/** An answer, and the F1 that is expected of it. */
export interface Promised {
  readonly answer: Detection[];
  readonly f1: number;
}

/** Everything that may be in the frame, most likely first, each at most once. A score is a chance. */
export function rank(groups: readonly Group[], beliefs: Beliefs, view: View, limit: number): Detection[] {
  const believed = groups.map((group) => {
    let best = { box: group[0]!.box, score: -1 };
    for (const { evidence, box } of group) {
      const score = beliefs.rate(evidence);
      if (score > best.score) best = { box, score };
    }
    return clip({ ...best.box, score: best.score }, view.width, view.height);
  });
  return nms(believed, duplicateIou, limit);
}

/**
 * The answer: the first boxes of `ranked`, as many as make the expected F1 largest: 2·Σp over boxes plus expected objects, and for
 * none the chance that there is nothing (Lewis, "Evaluating and Optimizing Autonomous Text Classification Systems", 1995).
 */
export function mostPromising(ranked: readonly Detection[], missed: number): Promised {
  const objects = ranked.reduce((sum, { score }) => sum + score, missed);
  let best = ranked.reduce((chance, { score }) => chance * (1 - score), Math.exp(-missed));
  let count = 0;
  let right = 0;
  for (const [i, { score }] of ranked.entries()) {
    right += score;
    const f1 = (2 * right) / (i + 1 + objects);
    if (f1 > best) {
      best = f1;
      count = i + 1;
    }
  }
  return { answer: ranked.slice(0, count), f1: Math.min(1, best) };
}

/** F1 that is expected of an answer, out of what may be there: as when it was chosen. */
export function expectedF1(answer: readonly Detection[], ranked: readonly Detection[], missed: number): number {
  if (answer.length === 0) return ranked.reduce((chance, { score }) => chance * (1 - score), Math.exp(-missed));
  const objects = ranked.reduce((sum, { score }) => sum + score, missed);
  const right = answer.reduce((sum, { score }) => sum + score, 0);
  return Math.min(1, (2 * right) / (answer.length + objects));
}
