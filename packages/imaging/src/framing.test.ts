import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeHeader, encodeReport, HEADER_BYTES, type Header, MessageReader, type Report } from "./framing.ts";

const MAX_PIXELS = 100;

const header = (width: number, height: number, index: number): Header => ({
  kind: "frame",
  bodyBytes: width * height * 3,
  width,
  height,
  index,
  sourceIndex: index % 7,
  capturedAtMs: 1.5e12 + index,
});

function reader() {
  const got: ({ header: Header; pixels: number[] } | Report)[] = [];
  let memory: Uint8Array = new Uint8Array(0);
  const messages = new MessageReader(
    {
      frameTarget: (h) => (memory = new Uint8Array(new SharedArrayBuffer(h.bodyBytes))),
      onFrame: (h) => got.push({ header: h, pixels: [...memory] }),
      onReport: (report) => got.push(report),
    },
    MAX_PIXELS,
  );
  return { messages, got };
}

/** Feeds the bytes as a socket would: each read fills a part of the target. */
function feed(messages: MessageReader, bytes: Uint8Array, sizes: readonly number[] = [1 << 20]): void {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const target = messages.target();
    const count = Math.min(sizes[i % sizes.length]!, target.length, bytes.length - at);
    target.set(bytes.subarray(at, at + count));
    messages.advance(count);
    at += count;
  }
}

const frame = fc.record({
  width: fc.integer({ min: 1, max: 10 }),
  height: fc.integer({ min: 1, max: 10 }),
  fill: fc.nat(255),
});

test("messages survive any cutting into reads", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
      (frames, sizes) => {
        const { messages, got } = reader();
        const report: Report = { kind: "alive", captured: 3 };
        const sent = frames.map((f, i) => ({
          header: header(f.width, f.height, i),
          pixels: Array<number>(f.width * f.height * 3).fill(f.fill),
        }));
        const bytes = sent.flatMap((s) => [encodeHeader(s.header), Buffer.from(s.pixels), encodeReport(report)]);
        feed(messages, Buffer.concat(bytes), sizes);
        expect(got).toEqual(sent.flatMap((s) => [s, report]));
      },
    ),
  );
});

test.each([
  ["another magic", () => Buffer.alloc(HEADER_BYTES, 7)],
  ["a picture beyond the limit", () => encodeHeader(header(11, 10, 0))],
  ["a picture without pixels", () => encodeHeader(header(0, 5, 0))],
  ["a size that contradicts the picture", () => encodeHeader({ ...header(2, 2, 0), bodyBytes: 13 })],
  ["a report beyond its bound", () => encodeHeader({ ...header(0, 0, 0), kind: "report", bodyBytes: 1 << 30 })],
  ["a number that is none", () => encodeHeader({ ...header(2, 2, 0), index: Number.NaN })],
])("%s is refused", (_, bytes) => {
  expect(() => feed(reader().messages, bytes())).toThrow("no message");
});
