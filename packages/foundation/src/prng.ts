/** A source of randomness as a parameter: same seed, same numbers, on every machine. */
export interface Prng {
  /** Uniform in [0, 1). */
  next(): number;
}

/**
 * sfc32 by Chris Doty-Humphrey (PractRand): 128 bits of state, seeded from one integer by twelve warm-up rounds.
 */
export function seededPrng(seed: number): Prng {
  let a = 0;
  let b = seed | 0;
  let c = Math.trunc(seed / 0x1_0000_0000) | 0;
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
  for (let round = 0; round < 12; round++) next();
  return { next };
}
