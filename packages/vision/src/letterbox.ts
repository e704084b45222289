import type { Box } from "./box.ts";

/** How a picture is fitted into a model's input. */
export type Fit = "stretch" | "letterbox-top-left" | "letterbox-centre";

/** Affine map from picture to input pixels: `input = picture * scale + pad`, per axis. */
export interface Placement {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly padX: number;
  readonly padY: number;
  /** Size in input pixels that the picture covers. */
  readonly width: number;
  readonly height: number;
}

/** Where a picture lands in an input of `inputWidth` × `inputHeight`; letterboxing keeps the aspect ratio. */
export function place(
  pictureWidth: number,
  pictureHeight: number,
  inputWidth: number,
  inputHeight: number,
  fit: Fit,
): Placement {
  if (fit === "stretch") {
    return {
      scaleX: inputWidth / pictureWidth,
      scaleY: inputHeight / pictureHeight,
      padX: 0,
      padY: 0,
      width: inputWidth,
      height: inputHeight,
    };
  }
  const scale = Math.min(inputWidth / pictureWidth, inputHeight / pictureHeight);
  // A very long or very tall picture still gets a pixel.
  const width = Math.min(inputWidth, Math.max(1, Math.round(pictureWidth * scale)));
  const height = Math.min(inputHeight, Math.max(1, Math.round(pictureHeight * scale)));
  const centred = fit === "letterbox-centre";
  return {
    scaleX: width / pictureWidth,
    scaleY: height / pictureHeight,
    padX: centred ? Math.floor((inputWidth - width) / 2) : 0,
    padY: centred ? Math.floor((inputHeight - height) / 2) : 0,
    width,
    height,
  };
}

/** A box in input pixels, moved back into the picture. */
export function unplace<B extends Box>(box: B, p: Placement): B {
  return {
    ...box,
    x1: (box.x1 - p.padX) / p.scaleX,
    y1: (box.y1 - p.padY) / p.scaleY,
    x2: (box.x2 - p.padX) / p.scaleX,
    y2: (box.y2 - p.padY) / p.scaleY,
  };
}
