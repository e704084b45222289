import { seededPrng } from "@sluice/foundation";
import type { Picture } from "@sluice/vision";

/** A picture of uniform noise, always the same, in shared memory. */
export function noise(width: number, height: number): Picture {
  const prng = seededPrng(1);
  const data = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  for (let i = 0; i < data.length; i++) data[i] = Math.floor(256 * prng.next());
  return { width, height, data };
}
