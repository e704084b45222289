import type { Polygon } from "@sluice/vision";

/** All that a capture process is told: one line of JSON on its channel; each byte after it is one credit. */
export interface CaptureRequest {
  readonly source: string;
  readonly fps?: number | undefined;
  readonly loop: boolean;
  readonly masks: readonly Polygon[];
  readonly stallAfterMs: number;
  readonly pace: "realtime" | "asap";
  readonly maxPixels: number;
}

/** Descriptor of the channel in the capture process. */
export const CHANNEL_FD = 3;

/** The source as it may appear in messages: without a user's name and password. */
export const redact = (source: string): string => source.replace(/\/\/[^/]*@/, "//");
