import * as fc from "fast-check";
import { expect, test } from "vitest";
import { boundaryOf, MultipartReader } from "./mjpeg.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function stream(bodies: readonly Uint8Array[], withLength: boolean): Uint8Array {
  const parts = bodies.flatMap((body, i) => [
    encode(`--edge\r\nContent-Type: image/jpeg\r\nX-Frame: ${i * 3}\r\n`),
    encode(withLength ? `Content-Length: ${body.length}\r\n\r\n` : "\r\n"),
    body,
    encode("\r\n"),
  ]);
  return Buffer.concat([...parts, encode("--edge")]);
}

/** Bodies without dashes, which the form without a length could not tell from a boundary. */
const body = fc.uint8Array({ minLength: 1, maxLength: 300, max: 44 });

test("parts are the same however the bytes are cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.array(body, { maxLength: 6 }), cuts, fc.boolean(), (bodies, sizes, withLength) => {
      const bytes = stream(bodies, withLength);
      const reader = new MultipartReader("edge");
      const parts = [];
      for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!) {
        parts.push(...reader.push(bytes.subarray(at, at + sizes[i % sizes.length]!)));
      }
      expect(parts.map((p) => p.frame)).toEqual(bodies.map((_, i) => i * 3));
      expect(parts.map((p) => [...p.body])).toEqual(bodies.map((b) => [...b]));
    }),
  );
});

test("a part that announces more than a picture is refused before it is held", () => {
  const reader = new MultipartReader("edge");
  expect(() => reader.push(encode("--edge\r\nContent-Length: 99999999\r\n\r\n"))).toThrow("too large");
});

test("a sender that never ends its headers is refused", () => {
  const reader = new MultipartReader("edge");
  expect(reader.push(new Uint8Array(8_000).fill(65))).toEqual([]);
  expect(() => reader.push(new Uint8Array(8_000).fill(65))).toThrow("headers");
});

test("boundaries are read from the content type, other types have none", () => {
  expect(boundaryOf("multipart/x-mixed-replace; boundary=sluice-frame")).toBe("sluice-frame");
  expect(boundaryOf('multipart/x-mixed-replace;boundary="--x"')).toBe("x");
  expect(boundaryOf("image/jpeg")).toBeNull();
  expect(boundaryOf(null)).toBeNull();
});
