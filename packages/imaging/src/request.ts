import type { Polygon } from "@sluice/vision";

/** What a capture process is told first. */
export interface CaptureRequest {
  readonly source: string;
  readonly fps?: number | undefined;
  readonly loop: boolean;
  readonly masks: readonly Polygon[];
  readonly stallAfterMs: number;
  readonly pace: "realtime" | "asap";
  readonly maxPixels: number;
}

/** What it is told later, when something of the request is to change. */
export type Change = Pick<CaptureRequest, "masks">;

/** Descriptor of the channel in the capture process. */
export const CHANNEL_FD = 3;

/** A byte that JSON never holds: one more frame may be sent. */
const CREDIT = 1;
const NEWLINE = 0x0a;

export const lineOf = (told: CaptureRequest | Change): string => `${JSON.stringify(told)}\n`;
export const creditsOf = (count: number): Buffer => Buffer.alloc(count, CREDIT);

/** Takes apart what comes over the channel: lines of JSON, and credits before, between and within them. */
export class Told {
  #line: number[] = [];

  /** The lines that are whole now, and how many credits there were. */
  take(bytes: Uint8Array): { readonly lines: string[]; readonly credits: number } {
    const lines: string[] = [];
    let credits = 0;
    for (const byte of bytes) {
      if (byte === CREDIT) credits++;
      else if (byte === NEWLINE) lines.push(Buffer.from(this.#line.splice(0)).toString());
      else this.#line.push(byte);
    }
    return { lines, credits };
  }
}

/** The source as it may appear in messages: without a user's name and password. */
export const redact = (source: string): string => source.replace(/\/\/[^/]*@/, "//");
