import { type DecisionMessage, type Result, toWire, versionOfWire } from "@sluice/contracts";
import type { CapturedFrame } from "@sluice/imaging";
import type { Model } from "@sluice/models";
import type { Decision } from "@sluice/offload";
import type { Box, Detection } from "@sluice/vision";

/** Writes one stream's messages: what is the same in all of them is said once, here. */
export class Messages {
  readonly #device: string;
  readonly #stream: string;
  readonly #classes: readonly string[];
  readonly #task: Pick<Result, "task">;

  constructor(device: string, stream: string, { classes, task }: Pick<Model, "classes" | "task">) {
    this.#device = device;
    this.#stream = stream;
    this.#classes = classes;
    this.#task = task === "classification" ? { task } : {};
  }

  local(frame: CapturedFrame, local: readonly Detection[], answer: readonly Detection[], inferMs: number): Result {
    return {
      kind: "local",
      ...this.#key(frame),
      ...this.#task,
      sourceFrame: frame.sourceIndex,
      width: frame.width,
      height: frame.height,
      local: toWire(local, this.#classes),
      answer: toWire(answer, this.#classes),
      inferMs,
    };
  }

  correction(frame: CapturedFrame, answer: readonly Detection[], ageMs: number, inTime: boolean): Result {
    return {
      kind: "correction",
      ...this.#key(frame),
      ...this.#task,
      width: frame.width,
      height: frame.height,
      answer: toWire(answer, this.#classes),
      ageMs,
      inTime,
    };
  }

  /** What became of a decision: `bytes` is what went on the wire, 0 if nothing did, for `reason`. */
  decision(
    frame: CapturedFrame,
    { signals, value, price, rung, region, propensity }: Decision,
    outcome: { reason: Decision["reason"]; bytes: number; tokens: number },
  ): DecisionMessage {
    const sent = outcome.bytes > 0;
    const { staleMs, ...shares } = signals;
    const cropped = sent && region ? { region: sidesOf(region) } : {};
    const audited = propensity > 0 ? { propensity } : {};
    return {
      ...this.#key(frame),
      action: sent ? "send" : "skip",
      rung: sent ? rung.name : null,
      value,
      price,
      ...outcome,
      ...cropped,
      ...audited,
      signals: Number.isFinite(staleMs) ? { ...shares, staleMs } : shares,
    };
  }

  #key(frame: CapturedFrame) {
    return {
      version: versionOfWire,
      device: this.#device,
      stream: this.#stream,
      frame: frame.index,
      capturedAtMs: frame.capturedAtMs,
    };
  }
}

const sidesOf = ({ x1, y1, x2, y2 }: Box): [number, number, number, number] => [x1, y1, x2, y2];
