import { stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { SluiceError } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type CapturedFrame, type CaptureState, openCapture } from "@sluice/imaging";
import { UsageError } from "../failure.ts";

/** A video that is to be recorded, and what a first look at it told. */
export interface Footage {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
  /** Changes when the file does. */
  readonly mark: string;
}

const stallAfterMs = 30_000;
/** What is assumed of a video that does not say its rate. */
const defaultFps = 25;

/** Every frame of a video, in order; each is released when the next one is asked for. */
export async function* framesIn(
  path: string,
  most: number,
  onState: (state: CaptureState) => void = () => {},
): AsyncGenerator<CapturedFrame> {
  const source = {
    stream: "recording",
    source: `file:${resolve(path)}`,
    loop: false,
    masks: [],
    stallAfterMs,
    pace: "asap",
  } as const;
  let problem: SluiceError | null = null;
  const failed = Promise.withResolvers<undefined>();
  const watch = (state: CaptureState) => {
    onState(state);
    problem = state.problem ?? problem;
    // Capture tries again for as long as it takes; a file that cannot be read now is not worth waiting for.
    if (state.state === "retrying") failed.resolve(undefined);
  };
  const capture = openCapture(source, { clock: systemClock, prng: seededPrng(1), onState: watch });
  try {
    for (let count = 0; count < most; count++) {
      const frame = await Promise.race([capture.next(), failed.promise]);
      if (!frame) break;
      yield frame;
      frame.release();
    }
    if (problem) throw problem as SluiceError;
  } finally {
    await capture.close();
  }
}

/** Looks through the videos once: their sizes, rates and lengths. */
export async function lookAt(
  paths: readonly string[],
  most: number,
  onFrame: (name: string, count: number) => void,
): Promise<Footage[]> {
  const names = namesOf(paths);
  const found: Footage[] = [];
  for (const [i, path] of paths.entries())
    found.push(await lookAtOne(names[i]!, path, most, (count) => onFrame(names[i]!, count)));
  return found;
}

async function lookAtOne(name: string, path: string, most: number, onFrame: (count: number) => void): Promise<Footage> {
  const file = await stat(path).catch((cause: Error) => {
    throw new UsageError(`--video ${path}: ${cause.message}`, { cause });
  });
  let size = { width: 0, height: 0 };
  let fps = 0;
  let frames = 0;
  for await (const { width, height } of framesIn(path, most, (state) => (fps = state.fps || fps))) {
    if (frames > 0 && (width !== size.width || height !== size.height)) {
      throw new SluiceError(
        "source-unreadable",
        `${path}: its pictures change size at frame ${frames}; record it in parts`,
      );
    }
    size = { width, height };
    onFrame(++frames);
  }
  if (frames === 0) throw new SluiceError("source-unreadable", `${path}: it holds no picture`);
  return { name, path, ...size, fps: fps || defaultFps, frames, mark: `${file.size}-${file.mtimeMs}` };
}

/** Names of streams after their files, each once. */
export function namesOf(paths: readonly string[]): string[] {
  const plain = paths.map(
    (path) =>
      basename(path, extname(path))
        .replace(/[^\w.-]/g, "-")
        .replace(/^[^A-Za-z0-9]+/, "")
        .slice(0, 50) || "video",
  );
  return plain.map((name, i) => {
    const before = plain.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before + 1}`;
  });
}
