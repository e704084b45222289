import { describe, expect, it } from "vitest";
import { TokenBucket } from "./bucket.ts";
import { Price } from "./price.ts";

const [small, large] = [10_000, 80_000];

/** A bucket that holds so many bytes of a burst of two megabytes. */
function holding(bytes: number): TokenBucket {
  const bucket = new TokenBucket(bytes, 2_000_000, 0);
  expect(bucket.available(1_000)).toBe(bytes);
  return bucket;
}

describe("the price of a byte", () => {
  it("falls as the bucket fills, and is the going rate where it is half full", () => {
    const price = new Price(1e-6);
    const at = (bytes: number) => price.at(holding(bytes), 1_000, large);
    expect(at(0)).toBeGreaterThan(at(large));
    expect(at(large)).toBeGreaterThan(at(2 * large));
    expect(at(1.5 * large)).toBeCloseTo(1e-6);
    expect(at(10 * large)).toBe(at(20 * large));
  });

  it("is the same for all streams, however large their frames are", () => {
    const price = new Price(1e-6);
    const bucket = holding(30_000);
    const forSmall = price.at(bucket, 1_000, small);
    const forLarge = price.at(bucket, 1_000, large);
    expect(forLarge).toBeGreaterThan(forSmall);
    expect(price.at(bucket, 1_000, small) / forLarge).toBeCloseTo(1, 2);
  });

  it("forgets large frames that nobody sends any more", () => {
    const price = new Price(1e-6);
    price.at(holding(0), 0, large);
    const bucket = holding(30_000);
    for (let frame = 0; frame < 20_000; frame++) price.at(bucket, 1_000, small);
    expect(price.at(bucket, 1_000, small)).toBe(new Price(1e-6).at(bucket, 1_000, small));
  });
});
