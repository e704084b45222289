import { type Detection, iou, match } from "@sluice/vision";
import { Beliefs } from "./beliefs.ts";
import { answerOf, type Group, hypotheses } from "./hypothesis.ts";
import { speedMoments, speedOf } from "./speed.ts";
import { advance, type Track } from "./track.ts";

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
}

/** What a reply is compared with: the answer of its frame as it stood, and what the edge model had seen. */
export interface Graded {
  readonly before: Detection[];
  readonly edge: readonly Detection[];
}

/** What was believed at one frame, kept so that a reply that comes later can grade it. */
interface Moment {
  readonly frame: number;
  readonly atMs: number;
  readonly edge: readonly Detection[];
  readonly tracks: readonly Track[];
  readonly groups: readonly Group[];
}

/** Frames that a reply may lag behind; an older reply teaches nothing any more. */
const momentsKept = 256;
/** Overlap from which a rejected detection and a box of the reply are the same thing after all. */
const contradictedIou = 0.3;

/**
 * The answer of one stream: the edge's detections, and what the cloud's replies taught about the scene. Frames come in
 * order; a reply may come any time later, once or more, in any order. Pure: the same calls give the same answers.
 */
export class Fusion {
  readonly #options: FusionOptions;
  readonly beliefs: Beliefs;
  #moments: Moment[] = [];
  #lastReplied = -1;

  constructor(options: FusionOptions) {
    this.#options = options;
    this.beliefs = options.beliefs ?? new Beliefs();
  }

  /** The answer for the next frame, from its local detections (down to a low score, best first). */
  frame(frame: number, atMs: number, edge: readonly Detection[]): Detection[] {
    const moment = this.#step(this.#moments.at(-1), frame, atMs, edge);
    this.#moments.push(moment);
    if (this.#moments.length > momentsKept) this.#moments.shift();
    return this.#answer(moment);
  }

  /**
   * Takes in the cloud's answer to an earlier frame: grades what was believed then, starts new tracks from the answer
   * and rolls them forward to the present. Returns what was answered without it, or undefined where it teaches nothing:
   * the frame is too long gone, or a reply to a newer frame came first.
   */
  reply(frame: number, cloud: readonly Detection[]): Graded | undefined {
    const index = this.#moments.findIndex((m) => m.frame === frame);
    if (index < 0 || frame <= this.#lastReplied) return undefined;
    const moment = this.#moments[index]!;
    const before = this.#answer(moment);
    this.#grade(moment.groups, cloud);
    this.#lastReplied = frame;
    this.#restart(index, judged(moment, cloud, this.#moments.slice(Math.max(0, index - speedMoments), index)));
    return { before, edge: moment.edge };
  }

  #step(last: Moment | undefined, frame: number, atMs: number, edge: readonly Detection[]): Moment {
    const { tracks, fresh } = advance(last?.tracks ?? [], edge, last?.atMs ?? atMs, atMs, this.#options);
    return { frame, atMs, edge, tracks, groups: hypotheses(tracks, fresh, atMs, this.#options.threshold) };
  }

  #restart(index: number, tracks: readonly Track[]): void {
    const rest = this.#moments.slice(index + 1);
    const first = this.#moments[index]!;
    this.#moments = [...this.#moments.slice(0, index), { ...first, tracks }];
    for (const { frame, atMs, edge } of rest) {
      this.#moments.push(this.#step(this.#moments.at(-1), frame, atMs, edge));
    }
  }

  #grade(groups: readonly Group[], reference: readonly Detection[]): void {
    const alternatives = Math.max(0, ...groups.map((group) => group.length));
    for (let i = 0; i < alternatives; i++) {
      const graded = groups.map((group) => group[i]).filter((hypothesis) => hypothesis !== undefined);
      const pairs = match(
        graded.map((h) => ({ ...h.box, score: this.beliefs.rate(h.kind) })),
        reference,
      );
      for (const [j, { kind }] of graded.entries()) this.beliefs.grade(kind, pairs[j]! >= 0);
    }
  }

  #answer(moment: Moment): Detection[] {
    return answerOf(moment.groups, this.beliefs, this.#options, this.#options.limit);
  }
}

/** The tracks that follow from a reply: its boxes, and as rejected the edge's detections that it does not confirm. */
function judged(moment: Moment, reference: readonly Detection[], earlier: readonly Moment[]): Track[] {
  const { tracks, fresh } = advance(
    reference.map((box) => newTrack("confirmed", box, moment)),
    moment.edge,
    moment.atMs,
    moment.atMs,
    { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY },
  );
  const rejected = fresh
    .filter((d) => !reference.some((r) => r.classId === d.classId && iou(r, d) >= contradictedIou))
    .map((d) => ({ ...newTrack("rejected", d, moment), edge: d, offset: { x1: 0, y1: 0, x2: 0, y2: 0 } }));
  return [...tracks.map((track) => ({ ...track, ...speedOf(track, moment, earlier) })), ...rejected];
}

function newTrack(verdict: Track["verdict"], box: Detection, { atMs }: Moment): Track {
  return {
    verdict,
    box,
    velocityX: 0,
    velocityY: 0,
    judgedAtMs: atMs,
    seenAtMs: atMs,
    edge: undefined,
    offset: undefined,
  };
}
