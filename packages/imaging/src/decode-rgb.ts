import type { Picture } from "@sluice/vision";
import sharp from "sharp";

// One picture at a time and nothing remembered: parallelism is the caller's, and memory stays flat.
sharp.cache(false);
sharp.concurrency(1);

/** How the accepted formats begin: JPEG, PNG, WebP. Others that libvips could read are refused unread. */
const signatures: readonly RegExp[] = [/^\xff\xd8\xff/, /^\x89PNG\r\n/, /^RIFF[^]{4}WEBP/];
const SIGNATURE_BYTES = 12;

/**
 * RGB of an encoded image, alpha dropped; greyscale and CMYK become RGB. Throws sharp's error where the image is
 * incomplete, or has more than `maxPixels` pixels.
 */
export async function decodeRgb(image: Uint8Array, maxPixels: number): Promise<Picture> {
  const start = Buffer.from(image.subarray(0, SIGNATURE_BYTES)).toString("latin1");
  if (!signatures.some((signature) => signature.test(start))) throw new Error("it is no JPEG, PNG or WebP");
  const pipeline = sharp(image, { failOn: "truncated", limitInputPixels: maxPixels });
  const { data, info } = await pipeline.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
