/** 8-bit RGB pixels, rows top to bottom, no padding: `data.length === width * height * 3`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One picture of a stream. Frames of a stream are numbered from 0 by the source, dropped ones included. */
export interface Frame extends Picture {
  readonly stream: string;
  readonly index: number;
  /** Wall time of capture, milliseconds since the Unix epoch. */
  readonly capturedAtMs: number;
}
