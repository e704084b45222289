import { fieldsOf } from "@sluice/foundation";
import { Beliefs, Fusion, LabelBeliefs, LabelFusion } from "@sluice/fusion";
import { type Agreed, Decider, type DeciderOptions, type Decision, type RoadView } from "@sluice/offload";
import { answerOf, type CameraMotion, type Detection, scoreOf, type Task } from "@sluice/vision";
import { type Focus, sieve } from "./focus.ts";

/** What is needed to answer a stream's frames. */
export interface FusionOptions {
  /** What the models answer. The labels of a classification are detections that cover the whole picture, best first. */
  readonly task: Task;
  /** Whether a frame says anything about the next: a camera's do, a pile of photographs does not. */
  readonly related: boolean;
  /** Size of the stream's pictures, pixels. */
  readonly width: number;
  readonly height: number;
  /** Score from which a local detection counts. */
  readonly threshold: number;
  /** Most boxes in an answer. */
  readonly limit: number;
  /** What earlier replies taught, to go on from; frozen, to be judged by it alone. */
  readonly beliefs?: Beliefs | LabelBeliefs;
  /** Which boxes expectations are about; all if not given. */
  readonly inFocus?: ((box: Detection) => boolean) | undefined;
}

export interface SceneOptions extends Omit<FusionOptions, "inFocus">, Omit<DeciderOptions, "learned"> {
  /** What {@link Scene.toJSON} wrote, to go on from. */
  readonly learned?: unknown;
  /** What of the picture is worth bytes; all of it if not given. What is outside is answered as ever. */
  readonly focus?: Focus;
}

/** What of a frame the cloud was asked about; all of it if not given. */
export type Asked = Partial<Pick<Decision, "region" | "part">>;

/** What a glance tells of a frame: the share of the picture that changed, 0 to 1; and how all of it moved, if it did. */
export interface Changed {
  readonly motion: number;
  readonly camera?: CameraMotion;
}

/** What becomes of a frame without waiting for anybody. */
export interface Seen {
  readonly answer: Detection[];
  readonly decision: Decision;
}

/** What a reply changed for its own frame: the answer as it stood, and with the reply taken in. */
export interface Taught {
  readonly before: Detection[];
  readonly answer: Detection[];
  /** F1 against that answer, or 1 and 0 for a label: what the edge model alone said, and what was answered before. */
  readonly agreement: Agreed;
}

/**
 * One stream as Sluice understands it: answers every frame, decides which to send, learns from replies. The daemon and
 * the replay of traces run this very class. Pure: the same calls give the same results.
 */
export class Scene {
  readonly #fusion: Fusion | LabelFusion;
  readonly #decider: Decider;
  readonly #options: SceneOptions;
  /** Undefined where everything is. */
  readonly #inFocus: ((box: Detection) => boolean) | undefined;

  /** Throws, saying why, where what was learned cannot be, or belongs to another task or version. */
  constructor(options: SceneOptions) {
    this.#options = options;
    const { beliefs, decider } = options.learned === undefined ? {} : fieldsOf(options.learned, "scene");
    this.#inFocus = options.focus && sieve(options.focus, options.width, options.height);
    this.#fusion = fusionOf({ ...options, inFocus: this.#inFocus }, beliefs);
    this.#decider = new Decider({ ...options, learned: decider });
  }

  /** What replies taught, as JSON; where objects are right now is not among it. */
  toJSON() {
    return { beliefs: this.beliefs, decider: this.#decider };
  }

  get beliefs(): Beliefs | LabelBeliefs {
    return this.#fusion.beliefs;
  }

  /** Answers the next frame and decides on it. `local`: detections down to a low score, best first; `atMs` monotonic. */
  see(frame: number, atMs: number, local: readonly Detection[], { motion, camera }: Changed, road: RoadView): Seen {
    const { answer, f1, ranked, missed } = this.#fusion.frame(frame, atMs, local, camera);
    const [localInFocus, answerInFocus] = [this.#focused(local), this.#focused(answer)];
    const hints = this.#options.task === "detection" ? { hints: { ranked, missed } } : {};
    const now = { frame, atMs, local: localInFocus, answer: answerInFocus, motion, expectedLoss: 1 - f1, ...hints };
    return { answer, decision: this.#decider.decide(now, road) };
  }

  /** The frame went out as `bytes` on the wire, `pictureBytes` of them the picture. */
  sent(decision: Decision, bytes: number, pictureBytes: number): void {
    this.#decider.sent(decision, bytes, pictureBytes);
  }

  /** A frame that was to be sent did not go out after all, though its picture was made, if `pictureBytes` are given. */
  unsent(frame: number, decision: Decision, pictureBytes?: number): void {
    this.#decider.unsent(frame, decision, pictureBytes);
  }

  /**
   * Takes in the cloud's answer to a frame, or to the part of it that was `asked` about, in pixels of the frame; undefined
   * where it comes too late to teach anything.
   */
  reply(frame: number, cloud: readonly Detection[], asked: Asked = {}): Taught | undefined {
    const graded = this.#fusion.reply(frame, cloud, asked.region);
    if (!graded) return undefined;
    const { before, after, edge } = graded;
    const agreement = this.agreed(edge, before, after);
    const worth = this.#inFocus
      ? this.agreed(this.#focused(edge), this.#focused(before), this.#focused(after))
      : agreement;
    this.#decider.replied({ won: 1 - worth.corrected, wonAlone: 1 - worth.local, part: asked.part ?? 1 });
    return { before, answer: after, agreement };
  }

  /** How far a frame's `local` detections and the `answer` that was made of them agree with the cloud's. */
  agreed(local: readonly Detection[], answer: readonly Detection[], cloud: readonly Detection[]): Agreed {
    const { task, threshold } = this.#options;
    const alone = answerOf(task, local, threshold);
    return { local: scoreOf(task, alone, cloud), corrected: scoreOf(task, answer, cloud) };
  }

  #focused(boxes: readonly Detection[]): readonly Detection[] {
    return this.#inFocus ? boxes.filter(this.#inFocus) : boxes;
  }
}

/** What answers a stream's frames: by its task, going on from beliefs that were `written` as JSON. */
export function fusionOf({ beliefs, ...options }: FusionOptions, written?: unknown): Fusion | LabelFusion {
  if (options.task === "classification") {
    const known = written === undefined ? new LabelBeliefs() : LabelBeliefs.from(written);
    return new LabelFusion({ ...options, beliefs: beliefs instanceof LabelBeliefs ? beliefs : known });
  }
  const known = written === undefined ? new Beliefs() : Beliefs.from(written);
  return new Fusion({ ...options, beliefs: beliefs instanceof Beliefs ? beliefs : known });
}
