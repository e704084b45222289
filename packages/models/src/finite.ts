/**
 * Whether every value is finite. Looks at the bits: NaN and infinity are the values whose exponent is all ones, and
 * adding one to that exponent reaches the sign bit, so a whole tensor is checked without a branch in the loop.
 */
export function allFinite(values: Float32Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let reached = 0;
  for (let i = 0; i < bits.length; i++) reached |= (bits[i]! & 0x7f80_0000) + 0x0080_0000;
  return reached >= 0;
}
