import { limits, SluiceError } from "@sluice/contracts";
import type { Picture } from "@sluice/vision";
import sharp from "sharp";
import { expect, test } from "vitest";
import { decodeImage } from "./decode.ts";
import { encodeJpeg } from "./encode.ts";

/** A picture with a gradient per channel, in shared memory as frames are. */
function gradient(width: number, height: number): Picture {
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 3));
  for (let i = 0; i < width * height; i++) {
    data[i * 3] = ((i % width) * 255) / width;
    data[i * 3 + 1] = (Math.floor(i / width) * 255) / height;
    data[i * 3 + 2] = 40;
  }
  return { width, height, data };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => (error instanceof SluiceError ? error.code : String(error)),
  );

test("a JPEG of a frame in shared memory decodes to nearly the same pixels", async () => {
  const picture = gradient(96, 64);
  const jpeg = await encodeJpeg(picture, { width: 640, quality: 90 });
  expect([jpeg.width, jpeg.height]).toEqual([96, 64]);
  const back = await decodeImage(jpeg.data);
  expect([back.width, back.height, back.data.length]).toEqual([96, 64, 96 * 64 * 3]);
  const worst = back.data.reduce((most, value, i) => Math.max(most, Math.abs(value - picture.data[i]!)), 0);
  expect(worst).toBeLessThan(20);
});

test("a rung makes it narrower at the same shape; a lower quality makes it smaller", async () => {
  const picture = gradient(200, 100);
  const good = await encodeJpeg(picture, { width: 100, quality: 90 });
  expect([good.width, good.height]).toEqual([100, 50]);
  const poor = await encodeJpeg(picture, { width: 100, quality: 20 });
  expect(poor.data.length).toBeLessThan(good.data.length);
});

test("a region of it is those pixels alone, at the scale that the whole would have", async () => {
  const picture = gradient(200, 100);
  const region = { x1: 64, y1: 32, x2: 160, y2: 96 };
  const full = await decodeImage((await encodeJpeg(picture, { width: 640, quality: 95 }, region)).data);
  expect([full.width, full.height]).toEqual([96, 64]);
  const at = (x: number, y: number) => full.data[(y * 96 + x) * 3]! - picture.data[((y + 32) * 200 + x + 64) * 3]!;
  for (const [x, y] of [
    [0, 0],
    [95, 0],
    [48, 63],
    [95, 63],
  ] as const)
    expect(Math.abs(at(x, y))).toBeLessThan(12);
  const half = await encodeJpeg(picture, { width: 100, quality: 95 }, region);
  expect([half.width, half.height]).toEqual([48, 32]);
});

test("PNG, WebP, grey, 16-bit and transparent images become RGB", async () => {
  const pixel = { r: 10, g: 200, b: 30 };
  const image = sharp({ create: { width: 5, height: 4, channels: 4, background: { ...pixel, alpha: 1 } } });
  for (const bytes of [await image.clone().png().toBuffer(), await image.clone().webp({ lossless: true }).toBuffer()]) {
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height, data.length, data[0], data[1], data[2]]).toEqual([5, 4, 60, 10, 200, 30]);
  }
  const grey = await image.clone().removeAlpha().toColourspace("b-w").png().toBuffer();
  const deep = await image.clone().toColourspace("rgb16").png().toBuffer();
  expect((await decodeImage(grey)).data.length).toBe(60);
  expect((await decodeImage(deep)).data.subarray(0, 3).join()).toBe("10,200,30");
});

test("what is no complete picture is refused with its code", async () => {
  const { data } = await encodeJpeg(gradient(300, 200), { width: 300, quality: 80 });
  expect(await codeOf(decodeImage(new Uint8Array(0)))).toBe("bad-image");
  expect(await codeOf(decodeImage(Buffer.from("not a picture at all")))).toBe("bad-image");
  expect(await codeOf(decodeImage(data.subarray(0, data.length / 2)))).toBe("bad-image");
  expect(await codeOf(decodeImage(data.subarray(0, data.length - 2)))).toBe("bad-image");
  expect(await codeOf(decodeImage(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")))).toBe(
    "bad-image",
  );
  const gif = await sharp({ create: { width: 5, height: 5, channels: 3, background: "red" } })
    .gif()
    .toBuffer();
  expect(await codeOf(decodeImage(gif))).toBe("bad-image");
});

test("a small file that unpacks to too many pixels is refused as too large", async () => {
  const side = Math.ceil(Math.sqrt(limits.picturePixels)) + 1;
  const bomb = await sharp({ create: { width: side, height: side, channels: 3, background: "black" } })
    .png()
    .toBuffer();
  expect(bomb.length).toBeLessThan(1 << 20);
  expect(await codeOf(decodeImage(bomb))).toBe("too-large");
});
