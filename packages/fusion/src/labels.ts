import type { Detection } from "@sluice/vision";
import type { FusionOptions, Graded } from "./fusion.ts";
import { ageClass, LabelBeliefs, scoreClass } from "./label-beliefs.ts";
import type { Promised } from "./promise.ts";

interface Moment {
  readonly frame: number;
  readonly atMs: number;
  readonly edge: readonly Detection[];
  readonly answer: Detection[];
}

export interface LabelFusionOptions extends Omit<FusionOptions, "beliefs"> {
  /** Whether a frame says anything about the next. */
  readonly related: boolean;
  /** What earlier replies taught, to go on from. */
  readonly beliefs?: LabelBeliefs;
}

const momentsKept = 256;

/**
 * The answer of a stream that is classified: the edge's best label, or the one that the cloud last gave, whichever has
 * been right more often in the like situation. Pure, as {@link Fusion}.
 */
export class LabelFusion {
  readonly beliefs: LabelBeliefs;
  readonly #options: LabelFusionOptions;
  #moments: Moment[] = [];
  #carried: { readonly label: Detection; readonly edge: Detection | undefined; readonly atMs: number } | undefined;
  #lastReplied = -1;

  constructor(options: LabelFusionOptions) {
    this.#options = options;
    this.beliefs = options.beliefs ?? new LabelBeliefs();
  }

  /** As {@link Fusion.fork}. */
  fork(): LabelFusion {
    const copy = new LabelFusion({ ...this.#options, beliefs: this.beliefs });
    copy.#moments = [...this.#moments];
    copy.#carried = this.#carried;
    copy.#lastReplied = this.#lastReplied;
    return copy;
  }

  /** The answer for the next frame: one label, or none where nobody has an idea. */
  frame(frame: number, atMs: number, edge: readonly Detection[]): Promised {
    const candidates = this.#candidates(atMs, edge).toSorted((a, b) => b.score - a.score);
    const answer = candidates.slice(0, 1).map(({ label, score }) => ({ ...label, score }));
    this.#moments.push({ frame, atMs, edge, answer });
    if (this.#moments.length > momentsKept) this.#moments.shift();
    return { answer, f1: answer[0]?.score ?? 0, ranked: answer, missed: 0 };
  }

  /** Takes in the cloud's labels, best first, of an earlier frame. */
  reply(frame: number, cloud: readonly Detection[]): Graded | undefined {
    const moment = this.#moments.find((m) => m.frame === frame);
    const label = cloud[0];
    if (!moment || !label || frame <= this.#lastReplied) return undefined;
    for (const { kind, label: candidate } of this.#candidates(moment.atMs, moment.edge)) {
      this.beliefs.grade(kind, candidate.classId === label.classId);
    }
    this.#lastReplied = frame;
    this.#carried = { label, edge: moment.edge[0], atMs: moment.atMs };
    return { before: moment.answer, after: [...cloud], edge: moment.edge };
  }

  #candidates(atMs: number, edge: readonly Detection[]) {
    const best = edge[0];
    const own = best && {
      label: best,
      kind: `own/${scoreClass(best.score, this.#options.threshold)}` as const,
    };
    const carried = this.#options.related ? this.#carried : undefined;
    const same = carried?.edge?.classId === best?.classId;
    const kept = carried && {
      label: carried.label,
      kind: `${same ? "kept" : "stale"}/${ageClass(Math.max(0, atMs - carried.atMs))}` as const,
    };
    return [kept, own]
      .filter((candidate) => candidate !== undefined)
      .map((candidate) => ({ ...candidate, score: this.beliefs.rate(candidate.kind) }));
  }
}
