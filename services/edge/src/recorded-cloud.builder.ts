import { join } from "node:path";
import { fromWire, type OffloadReply, toWire, type WireDetections } from "@sluice/contracts";
import { decodeImage } from "@sluice/imaging";
import type { OffloadRequest } from "@sluice/messaging";
import { type Model, openModel } from "@sluice/models";
import type { Cropper, Trace } from "@sluice/replay";
import { repoRoot } from "@sluice/testkit";
import { onPlain, type Picture } from "@sluice/vision";

export interface Recording {
  readonly pictures: readonly Picture[];
  readonly trace: Trace;
  /** What the cloud answers to each frame, as it travels. */
  readonly replies: readonly WireDetections[];
  readonly cloud: { readonly threshold: number };
}

/** A cloud that answers whole frames as recorded, and asks its model about crops, whose answers it keeps. */
export class RecordedCloud implements AsyncDisposable {
  readonly #recording: Recording;
  readonly #model: Model;
  readonly #crops = new Map<number, { pictureBytes: number; detections: WireDetections }>();

  private constructor(recording: Recording, model: Model) {
    this.#recording = recording;
    this.#model = model;
  }

  static async open(recording: Recording): Promise<RecordedCloud> {
    const manifest = join(repoRoot, "models/street-cloud.yaml");
    return new RecordedCloud(recording, await openModel(manifest, { workers: 1, threads: 1 }));
  }

  async answer(request: OffloadRequest): Promise<void> {
    const { frame, part } = request;
    const detections = part ? await this.#ask(request) : this.#recording.replies[frame]!;
    request.answer(this.#reply(frame, detections));
  }

  /** What was answered when the daemon asked; it throws where the replay asks for what the daemon did not. */
  readonly crop: Cropper = ({ frame }) => {
    const { classes, streams } = this.#recording.trace.header;
    const { pictureBytes, detections } = this.#crops.get(frame)!;
    const { width } = this.#recording.trace.header.rungs[0]!;
    const scale = streams[0]!.width / width;
    return { pictureBytes, reply: fromWire(detections, classes, scale, scale) };
  };

  async #ask({ frame, payload, part }: OffloadRequest): Promise<WireDetections> {
    const { detections } = await this.#model.detect(onPlain(await decodeImage(payload), part!));
    const answer = toWire(
      detections.filter(({ score }) => score >= this.#model.threshold),
      this.#model.classes,
    );
    this.#crops.set(frame, { pictureBytes: payload.length, detections: answer });
    return answer;
  }

  #reply(frame: number, detections: WireDetections): OffloadReply {
    const { width, height } = this.#recording.trace.header.rungs[0]!;
    return {
      version: 1,
      frame,
      model: "big",
      digest: "0".repeat(64),
      width,
      height,
      detections,
      threshold: this.#recording.cloud.threshold,
      batch: 1,
      queueMs: 0,
      decodeMs: 0,
      computeMs: 1,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.close();
  }
}
