/** 8-bit RGB pixels, rows top to bottom, no padding: `data.length === width * height * 3`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** That a picture is a part of a larger one: where its corner is, and the size of the whole; pixels of the part's scale. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One picture of a stream. Frames of a stream are numbered from 0 by the source, dropped ones included. */
export interface Frame extends Picture {
  readonly stream: string;
  readonly index: number;
  /** Wall time of capture, milliseconds since the Unix epoch. */
  readonly capturedAtMs: number;
}
