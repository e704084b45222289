/** A decoded picture in the capture process; its pixels are converted only if it is sent. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  /** Number within the file or folder, from 0; for live sources since the source was opened. */
  readonly sourceIndex: number;
  /** Time within the medium; undefined where it has none. */
  readonly mediaMs: number | undefined;
  /** Writes RGB24 without row padding to `target`, which may be longer than `width * height * 3` bytes. */
  writeRgb(target: Buffer): void;
  free(): void;
}

/** One opened source, read once from start to end. */
export interface Source {
  /** Frames a second that it announces; 0 where it does not. */
  readonly fps: number;
  /** It has an end that is no failure: it may be looped, and it is played at its own pace. */
  readonly finite: boolean;
  /** The following picture; undefined at the end. Throws a {@link SourceProblem}. */
  next(): Promise<Shot | undefined>;
  close(): Promise<void>;
}

/** Why a source gives nothing; becomes a `SluiceError` in the parent, which knows the stream. */
export class SourceProblem extends Error {
  readonly code: "source-unreadable" | "too-large";

  constructor(code: "source-unreadable" | "too-large", message: string) {
    super(message);
    this.code = code;
  }
}

/** Refuses pictures beyond the limit before memory is spent on them. */
export function checkSize(width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new SourceProblem("too-large", `its pictures have ${width}x${height} pixels, more than ${maxPixels}`);
}
