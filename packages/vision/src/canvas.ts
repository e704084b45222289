import type { Part, Picture } from "./frame.ts";

/** Grey, as models are used to it beside pictures that do not fill their input. */
const plain = 114;

/** A picture of the whole's size, plain but for the part, which lies at its place; what would lie outside is cut off. */
export function onPlain(picture: Picture, { left, top, width, height }: Part): Picture {
  const data = new Uint8Array(width * height * 3).fill(plain);
  const rows = Math.min(picture.height, height - top);
  const rowBytes = 3 * Math.min(picture.width, width - left);
  for (let row = 0; row < rows; row++) {
    const from = 3 * row * picture.width;
    data.set(picture.data.subarray(from, from + rowBytes), 3 * ((top + row) * width + left));
  }
  return { width, height, data };
}
