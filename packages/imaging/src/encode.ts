import type { Picture } from "@sluice/vision";
import sharp from "sharp";

/**
 * JPEG of a picture, made no wider than `rung.width` pixels and never enlarged; 4:2:0. Huffman tables are optimised: at
 * 640 pixels that takes about 1 ms more and saves 2 % of a busy picture's bytes, 33 % of a plain one's at quality 50.
 * The picture's memory must stay untouched until the promise settles.
 */
export async function encodeJpeg(
  picture: Picture,
  rung: { readonly width: number; readonly quality: number },
): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { width, height } = picture;
  const image = sharp(picture.data, { raw: { width, height, channels: 3 } });
  const sized = rung.width < width ? image.resize({ width: rung.width, kernel: "linear" }) : image;
  const jpeg = sized.jpeg({ quality: rung.quality, mozjpeg: false, optimiseCoding: true });
  const { data, info } = await jpeg.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
