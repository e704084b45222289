import type { Picture } from "@sluice/vision";
import sharp from "sharp";

/**
 * JPEG of a picture, made no wider than `rung.width` pixels and never enlarged; 4:2:0, baseline tables (half the time
 * of optimised ones for 3 % more bytes). The picture's memory must stay untouched until the promise settles.
 */
export async function encodeJpeg(
  picture: Picture,
  rung: { readonly width: number; readonly quality: number },
): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { width, height } = picture;
  const image = sharp(picture.data, { raw: { width, height, channels: 3 } });
  const sized = rung.width < width ? image.resize({ width: rung.width, kernel: "linear" }) : image;
  const jpeg = sized.jpeg({ quality: rung.quality, mozjpeg: false, optimiseCoding: false });
  const { data, info } = await jpeg.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
