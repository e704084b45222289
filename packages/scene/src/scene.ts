import { Beliefs, Fusion, LabelBeliefs, LabelFusion } from "@sluice/fusion";
import { Decider, type DeciderOptions, type Decision, type RoadView } from "@sluice/offload";
import { type Detection, frameF1 } from "@sluice/vision";

/** What is needed to answer a stream's frames. */
export interface FusionOptions {
  /** What the models answer. The labels of a classification are detections that cover the whole picture, best first. */
  readonly task: "detection" | "classification";
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
}

export type SceneOptions = FusionOptions & DeciderOptions;

/** What becomes of a frame without waiting for anybody. */
export interface Seen {
  readonly answer: Detection[];
  readonly decision: Decision;
}

/** What a reply changed for its own frame: the answer as it stood, and with the reply taken in. */
export interface Taught {
  readonly before: Detection[];
  readonly answer: Detection[];
  /** F1 against the reply, or 1 and 0 for a label: what the edge model alone said, and what was answered. */
  readonly agreement: { readonly local: number; readonly corrected: number };
}

/**
 * One stream as Sluice understands it: answers every frame, decides which to send, learns from replies. The daemon and
 * the replay of traces run this very class. Pure: the same calls give the same results.
 */
export class Scene {
  readonly #fusion: Fusion | LabelFusion;
  readonly #decider: Decider;
  readonly #options: SceneOptions;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.#fusion = fusionOf(options);
    this.#decider = new Decider(options);
  }

  get beliefs(): Beliefs | LabelBeliefs {
    return this.#fusion.beliefs;
  }

  /** Answers the next frame and decides on it. `local`: detections down to a low score, best first; `atMs` monotonic. */
  see(frame: number, atMs: number, local: readonly Detection[], motion: number, road: RoadView): Seen {
    const { answer, f1 } = this.#fusion.frame(frame, atMs, local);
    return {
      answer,
      decision: this.#decider.decide({ frame, atMs, local, answer, motion, expectedLoss: 1 - f1 }, road),
    };
  }

  /** The frame went out as `bytes` on the wire, `pictureBytes` of them the picture. */
  sent(decision: Decision, bytes: number, pictureBytes: number): void {
    this.#decider.sent(decision, bytes, pictureBytes);
  }

  /** A frame that was to be sent did not go out after all, though its picture was made, if `pictureBytes` are given. */
  unsent(frame: number, decision: Decision, pictureBytes?: number): void {
    this.#decider.unsent(frame, decision.rung, pictureBytes);
  }

  /** Takes in the cloud's answer to a frame; undefined where it comes too late to teach anything. */
  reply(frame: number, cloud: readonly Detection[]): Taught | undefined {
    const graded = this.#fusion.reply(frame, cloud);
    if (!graded) return undefined;
    const { before, edge } = graded;
    const agreement = {
      local: this.#score(
        edge.filter((d) => d.score >= this.#options.threshold),
        cloud,
      ),
      corrected: this.#score(before, cloud),
    };
    this.#decider.replied({ won: 1 - agreement.corrected, wonAlone: 1 - agreement.local });
    return { before, answer: [...cloud], agreement };
  }

  #score(answer: readonly Detection[], reference: readonly Detection[]): number {
    if (this.#options.task === "detection") return frameF1(answer, reference);
    return answer[0]?.classId === reference[0]?.classId ? 1 : 0;
  }
}

/** What answers a stream's frames: by its task. */
export function fusionOf({ beliefs, ...options }: FusionOptions): Fusion | LabelFusion {
  if (options.task === "classification")
    return new LabelFusion(beliefs instanceof LabelBeliefs ? { ...options, beliefs } : options);
  return new Fusion(beliefs instanceof Beliefs ? { ...options, beliefs } : options);
}
