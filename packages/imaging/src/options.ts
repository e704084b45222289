import type { SluiceError } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import type { Frame, Polygon } from "@sluice/vision";

export interface CaptureOptions {
  /** Name of the stream, as it appears in frames and messages. */
  readonly stream: string;
  /** `file:PATH`, `dir:PATH`, `rtsp(s)://…`, `http(s)://…` or `/dev/videoN`; paths are absolute or relative to cwd. */
  readonly source: string;
  /** Frames a second at most: frames that the cap leaves out are not captured. A folder of images plays at this rate. */
  readonly fps?: number | undefined;
  /** Start a file or folder again when it ends. */
  readonly loop: boolean;
  /** Filled black in the capture process, before a frame leaves it. */
  readonly masks: readonly Polygon[];
  /** Without a frame for this long the source is reopened. */
  readonly stallAfterMs: number;
  /** `realtime`: newest frame wins. `asap`: every frame in order, as fast as the consumer takes them. */
  readonly pace: "realtime" | "asap";
}

/** A frame in shared memory: workers read `data` without a copy. Valid until `release()`. */
export interface CapturedFrame extends Frame {
  /** Frames captured since the last delivered one and superseded by this one. */
  readonly skippedBefore: number;
  /** Number of this frame within its file or folder, from 0 and again from 0 with each loop; counts every frame. */
  readonly sourceIndex: number;
  /** Gives the memory back; calling it again does nothing. */
  release(): void;
}

export interface CaptureState {
  readonly state: "starting" | "running" | "stalled" | "retrying" | "ended";
  /** Why the stream is not running; null while it is. */
  readonly problem: SluiceError | null;
  readonly width: number;
  readonly height: number;
  /** Frames a second that the source announces, capped; 0 while unknown. */
  readonly fps: number;
  /** Times the source was reopened after a problem. */
  readonly restarts: number;
}

export interface Capture {
  /** The newest frame (`realtime`) or the following one (`asap`); undefined once closed or ended for good. */
  next(): Promise<CapturedFrame | undefined>;
  /** Paints other masks from now on. Of a picture that the capture process has not yet handed over nothing stays bare. */
  mask(masks: readonly Polygon[]): void;
  /** Ends the capture process and waits until it is gone. */
  close(): Promise<void>;
}

export interface CaptureDeps {
  readonly clock: Clock;
  readonly prng: Prng;
  onState(state: CaptureState): void;
}
