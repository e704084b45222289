import { once } from "node:events";
import { createReadStream, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { openTest, take, temporaryFolder } from "./capture.builder.ts";
import { buildClip } from "./clip.builder.ts";
import { serveRtsp } from "./rtsp.builder.ts";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const part = (jpeg: Buffer) =>
  Buffer.concat([
    Buffer.from(`--edge\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`),
    jpeg,
    Buffer.from("\r\n"),
  ]);

const flat = (level: number) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: { r: level, g: level, b: level } } })
    .jpeg()
    .toBuffer();

test("a video file over HTTP plays and ends", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.mp4"), { frames: 25 });
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-type": "video/mp4", "content-length": statSync(clip).size });
    createReadStream(clip).pipe(response);
  });
  const capture = openTest(`${url}/a.mp4`);
  expect((await take(capture)).map((f) => f.shown)).toEqual(Array.from({ length: 25 }, (_, n) => n));
  expect(capture.states.at(-1)?.state).toBe("ended");
});

test("a camera's MJPEG stream plays; when it falls silent it is reopened", async () => {
  let visits = 0;
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, n) => flat(20 * n)));
  const url = await serve((_, response) => {
    visits++;
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=edge" });
    for (const picture of pictures) response.write(part(picture));
  });
  const capture = openTest(`${url}/live`, { pace: "realtime", stallAfterMs: 600 });
  expect(await take(capture, 1)).toHaveLength(1);
  const waiting = take(capture, 2);
  const stalled = await capture.reached((s) => s.state === "stalled");
  expect(stalled.problem).toMatchObject({ code: "source-stalled" });
  expect(stalled.problem?.message).toContain("no frame for 600 ms");
  await capture.reached((s) => s.state === "running" && s.restarts === 1);
  expect((await waiting).length).toBe(2);
  expect(visits).toBeGreaterThan(1);
});

test("a connection that is cut is a problem, not an end", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.ts"), { frames: 60, width: 160, height: 120 });
  const bytes = readFileSync(clip);
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-type": "video/mp2t", "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  });
  const capture = openTest(`${url.replace("//", "//user:secret@")}/a.ts`, { pace: "realtime" });
  const { problem } = await capture.reached((s) => s.problem !== null);
  expect(problem?.code).toBe("source-unreadable");
  expect(problem?.message).not.toContain("secret");
});

test("a playlist from the network cannot name a local file", async () => {
  const clip = await buildClip(join(temporaryFolder(), "a.ts"), { frames: 20 });
  const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:2,\nfile://${clip}\n#EXT-X-ENDLIST\n`;
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-type": "application/vnd.apple.mpegurl" });
    response.end(playlist);
  });
  const capture = openTest(`${url}/list.m3u8`);
  const { problem } = await capture.reached((s) => s.problem !== null);
  expect(problem?.code).toBe("source-unreadable");
});

test("a local playlist cannot reach the network", async () => {
  let visits = 0;
  const url = await serve((_, response) => {
    visits++;
    response.end();
  });
  const path = join(temporaryFolder(), "a.m3u8");
  writeFileSync(path, `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${url}/a.ts\n#EXT-X-ENDLIST\n`);
  const { problem } = await openTest(`file:${path}`).reached((s) => s.problem !== null);
  expect(problem?.code).toBe("source-unreadable");
  expect(visits).toBe(0);
});

test("an RTSP camera plays over TCP, and is reopened when it falls silent", async () => {
  const film = await buildClip(join(temporaryFolder(), "a.h264"), { frames: 30 });
  const capture = openTest(await serveRtsp(film, 10), { stallAfterMs: 800 });
  const seen = await take(capture, 25);
  expect(seen.map((f) => f.shown)).toEqual(Array.from({ length: 25 }, (_, n) => n));
  const rest = take(capture, 30);
  await capture.reached((s) => s.state === "stalled");
  expect((await rest).at(-1)?.index).toBeGreaterThan(50);
});

test("an address where nothing answers is retried", async () => {
  const capture = openTest("rtsp://127.0.0.1:9/camera");
  const { problem } = await capture.reached((s) => s.problem !== null);
  expect(problem?.message).toContain("cannot be opened");
});
