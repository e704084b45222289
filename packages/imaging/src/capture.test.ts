import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { expect, test } from "vitest";
import { captureProcesses, openTest, take, temporaryFolder } from "./capture.builder.ts";
import { buildClip, frameShown } from "./clip.builder.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

const grey = (level: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: `rgb(${level},0,0)` } });

test("asap delivers every frame once, in order, with its pixels", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 60 });
  const capture = openTest(`file:${clip}`);
  const seen = await take(capture);
  expect(seen.map((f) => f.shown)).toEqual(upTo(60));
  expect(seen.map((f) => f.index)).toEqual(upTo(60));
  expect(seen.every((f) => f.skippedBefore === 0)).toBe(true);
  const last = capture.states.at(-1);
  expect(last).toMatchObject({ state: "ended", problem: null, width: 64, height: 48, restarts: 0 });
  expect(last?.fps).toBeCloseTo(10, 5);
  expect(await capture.next()).toBeUndefined();
});

test("frames lie in shared memory, at most a pool of them, and stay as they are until released", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 20 });
  const capture = openTest(`file:${clip}`);
  const held = [];
  for (let n = 0; n < 4; n++) held.push((await capture.next())!);
  expect(held[0]!.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(new Set(held.map((f) => f.data.buffer)).size).toBe(4);
  const fifth = capture.next();
  const first = await Promise.race([fifth, delay(200, "none")]);
  expect(first).toBe("none");
  expect(held.map((f) => frameShown(f.data, 64 * 48 - 1))).toEqual([0, 1, 2, 3]);
  held[2]!.release();
  held[2]!.release();
  expect((await fifth)?.index).toBe(4);
});

test("looping counts on, while sourceIndex begins anew", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mkv"), { frames: 7 });
  const seen = await take(openTest(`file:${clip}`, { loop: true }), 20);
  expect(seen.map((f) => f.index)).toEqual(upTo(20));
  expect(seen.map((f) => f.sourceIndex)).toEqual(upTo(20).map((n) => n % 7));
  expect(seen.map((f) => f.shown)).toEqual(upTo(20).map((n) => n % 7));
});

// Time passes here for real, and another program may take the processor: once in three it is left alone.
test("realtime plays by the file's timestamps", { retry: 2 }, async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 20, fps: 20 });
  const seen = await take(openTest(`file:${clip}`, { pace: "realtime" }));
  const lastsMs = seen.at(-1)!.capturedAtMs - seen[0]!.capturedAtMs;
  expect(lastsMs).toBeGreaterThan(900);
  expect(lastsMs).toBeLessThan(1_800);
});

test("realtime supersedes what a slow consumer leaves, and the counts add up", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 60, fps: 40 });
  const seen = await take(openTest(`file:${clip}`, { pace: "realtime" }), Infinity, () => delay(110));
  expect(seen.length).toBeLessThan(40);
  expect(seen.every((f) => f.shown === f.sourceIndex && f.index === f.sourceIndex)).toBe(true);
  const skipped = seen.reduce((sum, f) => sum + f.skippedBefore, 0);
  expect(seen.length + skipped).toBe(60);
  expect(seen.at(-1)?.index).toBe(59);
});

test("a cap on the rate leaves frames out evenly; they are not captured", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 60, fps: 30 });
  const capture = openTest(`file:${clip}`, { fps: 10 });
  const seen = await take(capture);
  expect(seen.map((f) => f.shown)).toEqual(upTo(20).map((n) => n * 3));
  expect(seen.map((f) => f.sourceIndex)).toEqual(upTo(20).map((n) => n * 3));
  expect(seen.map((f) => f.index)).toEqual(upTo(20));
  expect(capture.states.at(-1)?.fps).toBe(10);
});

test("a folder plays in natural order, past what is no image", async () => {
  const folder = temporaryFolder();
  for (const n of [10, 2, 1])
    await grey(n * 10)
      .png()
      .toFile(join(folder, `f${n}.png`));
  await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
    .gif()
    .toFile(join(folder, "f3.png"));
  const capture = openTest(`dir:${folder}`, { fps: 50 });
  const reds = [];
  for (let frame = await capture.next(); frame; frame = await capture.next()) {
    reds.push([frame.data[0], frame.sourceIndex]);
    frame.release();
  }
  expect(reds).toEqual([
    [10, 0],
    [20, 1],
    [100, 3],
  ]);
});

test("masks are black in what leaves the process, and nothing else is", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 3 });
  const masks = [
    [
      [0.25, 0.5],
      [0.75, 0.5],
      [0.75, 1],
      [0.25, 1],
    ],
  ] as const;
  const frame = await openTest(`file:${clip}`, { masks }).next();
  const wrong = upTo(64 * 48).filter((i) => {
    const [x, y] = [i % 64, Math.floor(i / 64)];
    const masked = x >= 16 && x < 48 && y >= 24;
    return frame?.data.subarray(i * 3, i * 3 + 3).every((value) => value === 0) !== masked;
  });
  expect(wrong).toEqual([]);
});

test("other masks count from the next picture that is sent, whatever the process was doing, and in the process after it", async () => {
  const folder = temporaryFolder();
  await sharp({ create: { width: 8, height: 8, channels: 3, background: "white" } }).toFile(join(folder, "f0.png"));
  const capture = openTest(`dir:${folder}`, { fps: 50, loop: true, pace: "realtime" });
  const half = (from: number): [number, number][] => [
    [from, 0],
    [from + 0.5, 0],
    [from + 0.5, 1],
    [from, 1],
  ];
  /** The first row of the newest picture, as white and black. */
  const row = async () => {
    const frame = (await capture.next())!;
    const pixels = upTo(8).map((x) => (frame.data[3 * x] === 0 ? "#" : "."));
    frame.release();
    return pixels.join("");
  };
  const shows = async (wanted: string) => {
    for (let frames = 0; (await row()) !== wanted; frames++) expect(frames).toBeLessThan(5);
    for (let frames = 0; frames < 5; frames++) expect(await row()).toBe(wanted);
  };
  capture.mask([half(0.5)]);
  await shows("....####");
  capture.mask([half(0), half(0.5)]);
  await shows("########");
  capture.mask([half(0)]);
  await shows("####....");
  process.kill(captureProcesses()[0]!, "SIGKILL");
  await capture.reached(({ restarts }) => restarts === 1);
  await shows("####....");
  capture.mask([]);
  await shows("........");
});

test("close ends the process, also while a frame is awaited", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 30, fps: 1 });
  const capture = openTest(`file:${clip}`, { pace: "realtime", loop: true });
  await take(capture, 1);
  expect(captureProcesses()).toHaveLength(1);
  const waiting = capture.next();
  await capture.close();
  expect(await waiting).toBeUndefined();
  expect(captureProcesses()).toEqual([]);
});

const footage = new URL("../../../../shared/data/videos/vtest.avi", import.meta.url).pathname;
test.skipIf(!existsSync(footage))("real footage arrives whole (skipped where ../shared is absent)", async () => {
  const capture = openTest(`file:${footage}`);
  expect(await take(capture)).toHaveLength(795);
  expect(capture.states.at(-1)).toMatchObject({ state: "ended", width: 768, height: 576, fps: 10 });
});
