import { Price, TokenBucket } from "@sluice/offload";
import { beforeEach, expect, test } from "vitest";
import { Bidder } from "./bidder.ts";

const rate = 10_000;
const account = { sent: 0, bytes: 0 };
let bucket: TokenBucket;
let bidder: Bidder;
let nowMs: number;

beforeEach(() => {
  nowMs = 0;
  Object.assign(account, { sent: 0, bytes: 0 });
  bucket = new TokenBucket(rate, 40_000, 0);
  bidder = new Bidder({ price: new Price(2e-6), bucket, framesPerSecond: () => 10, streams: [{ account }] });
  bidder.look(0);
});

/** Seconds in each of which it sends so much, if the bucket has it. */
function spend(seconds: number, bytes: number): void {
  for (let i = 0; i < seconds; i++) {
    nowMs += 1_000;
    if (bucket.take(bytes, nowMs)) Object.assign(account, { sent: account.sent + 1, bytes: account.bytes + bytes });
    bidder.look(nowMs);
  }
}

test("bids nothing before it has measured anything, then at the rate at which it spends", () => {
  expect(bidder.bid()).toBeNull();
  spend(120, 8_000);
  const bid = bidder.bid()!;
  expect(bid.atBytesPerSecond).toBeGreaterThan(7_500);
  expect(bid.atBytesPerSecond).toBeLessThanOrEqual(8_000);
  expect(bid.demandBytesPerSecond).toBe(10 * 8_000);
});

test("pays more for a byte when its bucket is empty than when it is half full", () => {
  spend(120, 10_000);
  const short = bidder.bid()!.price;
  spend(120, 5_000);
  expect(bidder.bid()!.price).toBeLessThan(short / 2);
});

test("is idle when its bucket stays full, heartbeats and all, and awake at once when it is used", () => {
  spend(60, 800);
  expect(bidder.idle).toBe(true);
  spend(1, 30_000);
  expect(bidder.idle).toBe(false);
  spend(10, 10_000);
  expect(bidder.idle).toBe(false);
});

test("is not idle while it spends what it gets", () => {
  for (let i = 0; i < 30; i++) {
    spend(4, 10_000);
    expect(bidder.idle).toBe(false);
  }
});
