import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fromWire, SluiceError, type WireDetections } from "@sluice/contracts";
import { frameF1, type Labelled } from "@sluice/vision";

/** What the frames of a video hold, from somebody who knows. */
export interface Reference {
  readonly kind: "truth" | "cloud";
  readonly classes: readonly string[];
  /** By number of the frame in its file. */
  readonly frames: readonly (readonly Labelled[])[];
}

const unpackedBytes = 256 * 2 ** 20;

/** The truth beside a video, `NAME.truth.jsonl.gz`: a header line, then a line for each frame; or undefined. */
export function readTruth(video: string): Reference | undefined {
  const path = `${video.replace(/\.[^./]*$/, "")}.truth.jsonl.gz`;
  if (!existsSync(path)) return undefined;
  try {
    const text = gunzipSync(readFileSync(path), { maxOutputLength: unpackedBytes }).toString();
    const [header, ...lines] = text.trimEnd().split("\n");
    const { classes } = JSON.parse(header ?? "") as { classes: string[] };
    if (!Array.isArray(classes)) throw new Error("its first line lists no classes");
    return { kind: "truth", classes, frames: lines.map(truthOf) };
  } catch (cause) {
    throw new SluiceError("bad-request", `${path}: not a truth file: ${(cause as Error).message}`, { cause });
  }
}

function truthOf(line: string, index: number): Labelled[] {
  const { frame, truth } = JSON.parse(line) as { frame: number; truth: number[][] };
  if (frame !== index) throw new Error(`line ${index + 2} is frame ${frame}, not ${index}`);
  return truth.map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0, , classId = -1]) => ({ x1, y1, x2, y2, classId }));
}

/** The cloud model's answers, frame by frame, as a reference for a video without truth. */
export const asReference = (classes: readonly string[], answers: readonly WireDetections[]): Reference => ({
  kind: "cloud",
  classes,
  frames: answers.map((answer) => fromWire(answer, classes)),
});

export interface Score {
  /** Mean frame F1, or null where no frame could be scored. */
  readonly f1: number | null;
  readonly frames: number;
}

/**
 * Mean frame F1 of answers against a reference. Classes are matched by name; boxes of classes that the reference does
 * not know count neither way. Frames beyond the reference are left out.
 */
export function meanF1(
  answers: Iterable<{ readonly sourceFrame: number; readonly answer: WireDetections }>,
  reference: Reference,
): Score {
  let sum = 0;
  let frames = 0;
  for (const { sourceFrame, answer } of answers) {
    const expected = reference.frames[sourceFrame];
    if (!expected) continue;
    sum += frameF1(fromWire(answer, reference.classes), expected);
    frames++;
  }
  return { f1: frames > 0 ? sum / frames : null, frames };
}
