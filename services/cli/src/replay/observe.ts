import type { TraceRung } from "@sluice/contracts";
import { type CapturedFrame, decodeImage, encodeJpeg } from "@sluice/imaging";
import type { Model } from "@sluice/models";
import { changeSignals, type TraceFrame } from "@sluice/replay";
import { type Detection, Onlooker } from "@sluice/vision";

export interface Models {
  readonly edge: Model;
  readonly cloud: Model;
}

/** Looks at the frames of one stream as a device and its cloud would. */
export class Observer {
  readonly #models: Models;
  readonly #rungs: readonly TraceRung[];
  readonly #onlooker = new Onlooker();

  constructor(models: Models, rungs: readonly TraceRung[]) {
    this.#models = models;
    this.#rungs = rungs;
  }

  /** Takes notice of a frame that is recorded already. */
  pass(frame: CapturedFrame): void {
    this.#onlooker.next(frame);
  }

  /** What both models see in the next frame, what it weighs at each rung, and how much has changed. */
  async look(frame: CapturedFrame): Promise<Pick<TraceFrame, "edge" | "cloud" | "bytes" | "signals">> {
    const signals = changeSignals(this.#onlooker.next(frame));
    const [{ detections }, asked] = await Promise.all([
      this.#models.edge.detect(frame),
      Promise.all(this.#rungs.map((rung) => this.#ask(frame, rung))),
    ]);
    return {
      edge: detections.map((d) => rounded(d, 100, 1e5)),
      cloud: asked.map(({ found }) => found),
      bytes: asked.map(({ bytes }) => bytes),
      signals,
    };
  }

  /** The cloud sees what the JPEG left of the picture, and answers in the edge model's classes. */
  async #ask(frame: CapturedFrame, rung: TraceRung): Promise<{ found: Detection[]; bytes: number }> {
    const jpeg = await encodeJpeg(frame, rung);
    const { detections } = await this.#models.cloud.detect(await decodeImage(jpeg.data));
    const [scaleX, scaleY] = [frame.width / jpeg.width, frame.height / jpeg.height];
    const found = detections
      .map((d) => ({ ...scaled(d, scaleX, scaleY), classId: this.#known(d.classId) }))
      .filter(({ classId }) => classId >= 0)
      .map((d) => rounded(d, 10, 1_000));
    return { found, bytes: jpeg.data.length };
  }

  #known(classId: number): number {
    return this.#models.edge.classes.indexOf(this.#models.cloud.classes[classId] ?? "");
  }
}

const scaled = (d: Detection, scaleX: number, scaleY: number): Detection => ({
  ...d,
  x1: d.x1 * scaleX,
  y1: d.y1 * scaleY,
  x2: d.x2 * scaleX,
  y2: d.y2 * scaleY,
});

/** Coordinates to a share of a pixel, the score to a share of one: of a reply, as it travels. */
function rounded(d: Detection, pixelParts: number, scoreParts: number): Detection {
  const [x1, y1, x2, y2] = [d.x1, d.y1, d.x2, d.y2].map((v) => Math.round(v * pixelParts) / pixelParts) as [
    number,
    number,
    number,
    number,
  ];
  return { x1, y1, x2, y2, score: Math.round(d.score * scoreParts) / scoreParts, classId: d.classId };
}
