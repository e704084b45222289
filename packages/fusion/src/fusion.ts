import { type Box, type CameraMotion, type Detection, match, still } from "@sluice/vision";
import { Beliefs, missedFollows } from "./beliefs.ts";
import { Witness } from "./evidence.ts";
import { type Group, type Hypothesis, hypotheses, rank } from "./hypothesis.ts";
import { judged } from "./judge.ts";
import { type Moment, Moments } from "./moments.ts";
import { expectedF1, mostPromising, type Promised } from "./promise.ts";
import { patched, replyTo } from "./reply.ts";
import { speedMoments } from "./speed.ts";
import { advance } from "./track.ts";

export interface FusionOptions {
  /** Size of the stream's pictures, pixels. */
  readonly width: number;
  readonly height: number;
  /** Score from which a detection of the edge model counts as an answer. */
  readonly threshold: number;
  /** Most boxes in an answer. */
  readonly limit: number;
  /** What earlier replies taught, to go on from. */
  readonly beliefs?: Beliefs;
  /** False where frames are independent items: nothing is then carried from one to the next. */
  readonly related?: boolean;
  /** Which boxes the promised F1 is about; all if not given. What is answered is the same. */
  readonly inFocus?: ((box: Detection) => boolean) | undefined;
}

/** What a reply is compared with: the answer of its frame as it stood, and what the edge model had seen. */
export interface Graded {
  readonly before: Detection[];
  /** The answer with the reply taken in. */
  readonly after: Detection[];
  readonly edge: readonly Detection[];
}

/**
 * The answer of one stream: the edge's detections, and what the cloud's replies taught about the scene. Frames come in
 * order; a reply may come any time later, once or more, in any order. Pure: the same calls give the same answers.
 */
export class Fusion {
  readonly #options: FusionOptions;
  readonly beliefs: Beliefs;
  readonly #witness: Witness;
  #moments: Moments;
  #lastReplied = -1;
  /** As the beliefs' `missed`, of what is in focus alone: begins there, and is not kept, since the focus is not either. */
  #missedInFocus: number;

  constructor(options: FusionOptions) {
    this.#options = options;
    this.beliefs = options.beliefs ?? new Beliefs();
    this.#witness = new Witness(options);
    this.#missedInFocus = this.beliefs.missed;
    this.#moments = new Moments((last, now) => {
      const before = options.related === false ? undefined : last;
      return advance(before?.tracks ?? [], now, before?.atMs ?? now.atMs, options);
    });
  }

  /** Another one that goes on from here with the same beliefs; neither sees the frames and replies of the other. */
  fork(): Fusion {
    const copy = new Fusion({ ...this.#options, beliefs: this.beliefs });
    copy.#moments = this.#moments.copy();
    copy.#lastReplied = this.#lastReplied;
    copy.#missedInFocus = this.#missedInFocus;
    return copy;
  }

  /**
   * The answer for the next frame, from its local detections (down to a low score, best first), the camera having moved by
   * `camera` since the frame before.
   */
  frame(frame: number, atMs: number, edge: readonly Detection[], camera: CameraMotion = still): Promised {
    return this.#answer(this.#moments.add({ frame, atMs, edge, camera }));
  }

  /**
   * Takes in the cloud's answer to an earlier frame: grades what was believed then, starts new tracks from the answer
   * and rolls them forward to the present. Where only a `region` of the frame was asked about, what lies outside stays as
   * it was. Returns what was answered without it, or undefined where it teaches nothing: the frame is too long gone, or a
   * reply to a newer frame came first.
   */
  reply(frame: number, cloud: readonly Detection[], region?: Box): Graded | undefined {
    const moment = this.#moments.at(frame);
    if (!moment || frame <= this.#lastReplied) return undefined;
    const groups = hypotheses(moment.tracks, moment.atMs, this.#witness, this.beliefs);
    const before = this.#answer(moment).answer;
    const reply = replyTo(cloud, region, this.#options);
    const missed = this.#grade(
      groups.filter((group) => group.every(({ box }) => reply.judges(box))),
      cloud,
    );
    // What a part of the picture showed by surprise says little of the whole.
    if (!region) this.#missed(missed);
    this.#lastReplied = frame;
    this.#moments.restart({
      ...moment,
      tracks: judged(moment, reply, this.#moments.before(frame, speedMoments), this.#options),
    });
    return { before, after: patched(before, reply), edge: moment.edge };
  }

  /**
   * Each alternative is graded beside the first ones of the other groups, as if it had been the answer. Returns what no
   * alternative had hinted at.
   */
  #grade(groups: readonly Group[], reference: readonly Detection[]): Detection[] {
    const found = new Set<number>();
    const grades: { hypothesis: Hypothesis; right: boolean }[] = [];
    for (let i = 0; i < Math.max(0, ...groups.map((group) => group.length)); i++) {
      const chosen = groups.map((group) => group[i] ?? group[0]!);
      const pairs = match(
        chosen.map(({ box }) => box),
        reference,
      );
      for (const [j, hypothesis] of chosen.entries()) {
        if (pairs[j]! >= 0) found.add(pairs[j]!);
        if (groups[j]![i]) grades.push({ hypothesis, right: pairs[j]! >= 0 });
      }
    }
    for (const { hypothesis, right } of grades) this.beliefs.grade(hypothesis.evidence, right);
    return reference.filter((_, i) => !found.has(i));
  }

  #missed(boxes: readonly Detection[]): void {
    const { inFocus } = this.#options;
    this.beliefs.replied(boxes.length);
    if (inFocus) this.#missedInFocus += missedFollows * (boxes.filter(inFocus).length - this.#missedInFocus);
  }

  #answer({ tracks, atMs }: Moment): Promised {
    const { inFocus, limit } = this.#options;
    const boxes = rank(tracks, atMs, this.#witness, this.beliefs, limit);
    const { answer, f1 } = mostPromising(boxes, this.beliefs.missed);
    if (!inFocus) return { answer, f1, ranked: boxes, missed: this.beliefs.missed };
    const [inside, ranked, missed] = [answer.filter(inFocus), boxes.filter(inFocus), this.#missedInFocus];
    return { answer, f1: expectedF1(inside, ranked, missed), ranked, missed };
  }
}
