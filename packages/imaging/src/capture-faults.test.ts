import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { seededPrng } from "@sluice/foundation";
import sharp from "sharp";
import { expect, test, vi } from "vitest";
import { captureProcesses, isAlive, openTest, take, temporaryFolder } from "./capture.builder.ts";
import { buildClip } from "./clip.builder.ts";

const gone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 10 });

test("a killed capture process is replaced, and the numbers go on", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 60, fps: 30 });
  const capture = openTest(`file:${clip}`, { loop: true, pace: "realtime" });
  const before = await take(capture, 5);
  const [pid] = captureProcesses();
  process.kill(pid!, "SIGKILL");
  const after = await take(capture, 30);
  const state = await capture.reached((s) => s.state === "retrying" && s.problem !== null);
  expect(state.problem).toMatchObject({ code: "source-unreadable", consequence: "waiting" });
  expect(state.problem?.message).toContain("was ended by SIGKILL");
  await capture.reached((s) => s.restarts === 1 && s.state === "running" && s.problem === null);
  const indices = [...before, ...after].map((f) => f.index);
  expect(indices).toEqual(indices.toSorted((a, b) => a - b));
  expect(new Set(indices).size).toBe(35);
  expect(captureProcesses().filter((other) => other !== pid)).toHaveLength(1);
});

test.each([
  ["a file that is not there", () => undefined],
  ["garbage", () => Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) >> 3))],
  ["an empty file", () => Buffer.alloc(0)],
])("%s is a problem that is retried, and the file may come later", async (_, content) => {
  const folder = temporaryFolder();
  const path = join(folder, "a.mp4");
  const bytes = content();
  if (bytes) writeFileSync(path, bytes);
  const capture = openTest(`file:${path}`, { stream: "gate" });
  const { problem } = await capture.reached((s) => s.problem !== null);
  expect(problem).toMatchObject({ code: "source-unreadable" });
  expect(problem?.message).toContain('stream "gate"');
  renameSync(await buildClip(join(folder, "good.mp4"), { frames: 5 }), path);
  expect(await take(capture)).toHaveLength(5);
  expect(capture.states.at(-1)).toMatchObject({ state: "ended", problem: null });
});

test("a capture process that hangs is killed and replaced", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 60, fps: 30 });
  const capture = openTest(`file:${clip}`, { loop: true, pace: "realtime", stallAfterMs: 700 });
  await take(capture, 3);
  const [pid] = captureProcesses();
  process.kill(pid!, "SIGSTOP");
  const after = take(capture, 10);
  const { problem } = await capture.reached((s) => s.state === "stalled");
  expect(problem).toMatchObject({ code: "source-stalled", consequence: "waiting" });
  expect(await after).toHaveLength(10);
  expect(isAlive(pid!)).toBe(false);
});

test("damage anywhere in a clip costs frames, never more", async () => {
  const folder = temporaryFolder();
  const clip = readFileSync(await buildClip(join(folder, "a.mkv"), { frames: 60, width: 160, height: 120 }));
  const prng = seededPrng(7);
  for (let round = 0; round < 5; round++) {
    const damaged = Buffer.from(clip);
    for (let n = 0; n < 20; n++) damaged[1_000 + Math.floor(prng.next() * (clip.length - 1_000))] = prng.next() * 256;
    const path = join(folder, `${round}.mkv`);
    writeFileSync(path, damaged);
    const capture = openTest(`file:${path}`);
    const seen = await Promise.race([take(capture), capture.reached((s) => s.problem !== null).then(() => undefined)]);
    expect(seen === undefined || seen.length > 0).toBe(true);
    await capture.close();
  }
});

test("a clip that is cut in the middle plays what is there", async () => {
  const folder = temporaryFolder();
  for (const name of ["a.mp4", "a.mkv", "a.ts"]) {
    const clip = await buildClip(join(folder, name), { frames: 60, width: 160, height: 120 });
    const bytes = readFileSync(clip);
    writeFileSync(clip, bytes.subarray(0, bytes.length * 0.6));
    const seen = await take(openTest(`file:${clip}`));
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.length).toBeLessThan(60);
    expect(seen[10]!.shown).toBe(10);
  }
});

test("a PNG that calls itself .mp4 is one frame", async () => {
  const path = join(temporaryFolder(), "a.mp4");
  await sharp({ create: { width: 20, height: 10, channels: 3, background: "rgb(9,8,7)" } })
    .png()
    .toFile(path.replace("mp4", "png"));
  copyFileSync(path.replace("mp4", "png"), path);
  const frame = await openTest(`file:${path}`).next();
  expect([frame?.width, frame?.height, frame?.data.subarray(0, 3).join()]).toEqual([20, 10, "9,8,7"]);
});

test("frames beyond the pixel limit are refused as too large", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 1, width: 4096, height: 4096 });
  const { problem } = await openTest(`file:${clip}`).reached((s) => s.problem !== null);
  expect(problem?.code).toBe("too-large");
  expect(problem?.message).toContain("4096x4096");
});

test("a folder without images is a problem", async () => {
  const { problem } = await openTest(`dir:${temporaryFolder()}`).reached((s) => s.problem !== null);
  expect(problem?.message).toContain("no JPEG, PNG or WebP");
});

const orphan = fileURLToPath(new URL("./orphan.builder.ts", import.meta.url));

test("the capture process goes when its parent is killed", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 30, fps: 5 });
  const parent = spawn(process.execPath, [orphan, `file:${clip}`], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
  expect(line).toBe("frame");
  const [pid] = captureProcesses(parent.pid);
  expect(isAlive(pid!)).toBe(true);
  parent.kill("SIGKILL");
  await gone(pid!);
});

test("close during the wait for the next attempt ends at once and leaves nothing", async () => {
  const capture = openTest("file:/does/not/exist");
  await capture.reached((s) => s.state === "retrying");
  const waiting = capture.next();
  await capture.close();
  expect(await waiting).toBeUndefined();
  expect(captureProcesses()).toEqual([]);
});
