import type { Picture } from "@sluice/vision";
import sharp from "sharp";

// One picture at a time and nothing remembered: parallelism is the caller's, and memory stays flat.
sharp.cache(false);
sharp.concurrency(1);

/** The formats that are accepted, by sharp's names; others that libvips could read are refused. */
const formats: readonly string[] = ["jpeg", "png", "webp"];

/**
 * RGB of an encoded image (bytes or a file's path), alpha dropped; greyscale and CMYK become RGB. Throws sharp's error
 * where the image is incomplete, or has more than `maxPixels` pixels.
 */
export async function decodeRgb(image: Uint8Array | string, maxPixels: number): Promise<Picture> {
  const pipeline = sharp(image, { failOn: "truncated", limitInputPixels: maxPixels });
  const { format } = await pipeline.metadata();
  if (!formats.includes(format)) throw new Error(`${format} is not one of ${formats.join(", ")}`);
  const { data, info } = await pipeline.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
