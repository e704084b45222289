import { limits, SluiceError } from "@sluice/contracts";
import type { Picture } from "@sluice/vision";
import { decodeRgb } from "./decode-rgb.ts";

/**
 * RGB picture of a JPEG, PNG or WebP, alpha removed.
 * @throws SluiceError `too-large` beyond `limits.picturePixels`, `bad-image` where it is incomplete or something else
 */
export async function decodeImage(bytes: Uint8Array): Promise<Picture> {
  try {
    return await decodeRgb(bytes, limits.picturePixels);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/pixel limit/.test(reason)) {
      throw new SluiceError("too-large", `the image has more than ${limits.picturePixels} pixels`, { cause: error });
    }
    throw new SluiceError("bad-image", `the image cannot be decoded: ${reason}`, { cause: error });
  }
}
