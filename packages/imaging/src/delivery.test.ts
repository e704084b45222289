import { expect, test } from "vitest";
import { Delivery } from "./delivery.ts";
import type { Header } from "./framing.ts";
import { POOL_FRAMES } from "./pool.ts";

const header = (index: number): Header => ({
  kind: "frame",
  bodyBytes: 12,
  width: 2,
  height: 2,
  index,
  sourceIndex: index,
  capturedAtMs: 0,
});

function connected(pace: "realtime" | "asap") {
  const delivery = new Delivery("s", pace);
  let credits = 0;
  const connect = () => delivery.connect((count) => (credits += count));
  connect();
  const arrive = (index: number) => {
    delivery.target(header(index)).fill(index);
    delivery.arrived(header(index));
  };
  return { delivery, connect, arrive, credits: () => credits };
}

test("realtime asks for a frame only when somebody waits for one", async () => {
  const { delivery, arrive, credits } = connected("realtime");
  expect(credits()).toBe(0);
  const next = delivery.next();
  expect(credits()).toBe(1);
  arrive(5);
  expect(await next).toMatchObject({ index: 5, skippedBefore: 5, data: new Uint8Array(12).fill(5) });
});

test("asap asks for as many frames as the pool holds, and again for each one released", async () => {
  const { delivery, arrive, credits } = connected("asap");
  expect(credits()).toBe(POOL_FRAMES);
  arrive(0);
  const frame = await delivery.next();
  expect(credits()).toBe(POOL_FRAMES);
  frame?.release();
  frame?.release();
  expect(credits()).toBe(POOL_FRAMES + 1);
});

test("a frame that nobody asked for, and one out of order, are refused", () => {
  expect(() => connected("realtime").arrive(0)).toThrow("without a credit");
  const { arrive } = connected("asap");
  arrive(3);
  expect(() => arrive(2)).toThrow("in order");
});

test("after a restart the numbers go on behind everything that was captured, and credits are asked for anew", async () => {
  const { delivery, connect, arrive, credits } = connected("realtime");
  const first = delivery.next();
  arrive(0);
  (await first)?.release();
  const second = delivery.next();
  delivery.captured(10);
  delivery.disconnect();
  connect();
  expect(credits()).toBe(3);
  arrive(2);
  expect(await second).toMatchObject({ index: 12, skippedBefore: 11 });
});

test("when it is finished, ready frames can still be taken, and then there is nothing", async () => {
  const { delivery, arrive } = connected("asap");
  arrive(0);
  delivery.finish();
  expect((await delivery.next())?.index).toBe(0);
  expect(await delivery.next()).toBeUndefined();
});
