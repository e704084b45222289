/** Bits of a fixed-point interpolation weight; two of them and a pixel fit into a signed 32-bit integer. */
export const weightBits = 11;
const one = 1 << weightBits;

/** For each target position: the two source positions it lies between, and the weight of the second. */
export interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** 0 to 2^11. */
  readonly weight: Int32Array;
}

/**
 * Bilinear taps along one axis, as OpenCV's INTER_LINEAR places them: pixel centres at half coordinates,
 * `source = (target + 0.5) · sourceSize / targetSize − 0.5`, in float32, clamped at the
 * edges. Positions are multiplied by `step`.
 */
export function linearTaps(sourceSize: number, targetSize: number, step: number): Taps {
  const taps = {
    first: new Int32Array(targetSize),
    second: new Int32Array(targetSize),
    weight: new Int32Array(targetSize),
  };
  const scale = sourceSize / targetSize;
  const clamped = (position: number) => Math.min(Math.max(position, 0), sourceSize - 1) * step;
  for (let i = 0; i < targetSize; i++) {
    const at = Math.fround((i + 0.5) * scale - 0.5);
    const first = Math.floor(at);
    taps.first[i] = clamped(first);
    taps.second[i] = clamped(first + 1);
    taps.weight[i] = Math.round((at - first) * one);
  }
  return taps;
}
