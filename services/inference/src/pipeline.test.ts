import { type NatsServer, startNats, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { device, grey, lantern, slowOnWhite, startService, total, unaccounted, warm } from "./service.builder.ts";

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

async function setUp(setting: Parameters<typeof startService>[1] = {}) {
  const service = await startService(nats.url, setting);
  const camera = await device(nats.url);
  await warm(camera);
  return { ...service, camera };
}

describe("answers", () => {
  test("a reply has boxes in pixels of the picture that was sent, names, timings and the model's digest", async () => {
    const { camera, service, metrics } = await setUp();
    const frame = camera.send({ jpeg: await grey(255) });
    const [end] = await camera.ended(1);
    expect(end).toMatchObject({ outcome: "answered", frame });
    const reply = end!.reply!;
    expect(reply).toMatchObject({ version: 1, frame, model: "lantern", width: 128, height: 64, batch: 1 });
    expect(reply.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(reply.detections.classes).toEqual(["lit"]);
    // The cell's centre is at 28, 20 in the input, which shows the picture at half its size.
    const [x1, y1, x2, y2, score] = reply.detections.boxes[0]!;
    expect([x1, y1, x2, y2]).toEqual([48, 30, 68, 54]);
    expect(score).toBeCloseTo(0.8, 2);
    expect(reply.decodeMs).toBeGreaterThan(0);
    expect(reply.computeMs).toBeGreaterThan(0);
    const samples = await metrics();
    expect(unaccounted(samples)).toBe(0);
    expect(total(samples, "sluice_inference_in_flight{")).toBe(0);
    expect(service.url).toMatch(/^http/);
  });

  test("requests at the same time are computed together, and each gets the answer to its own picture", async () => {
    const { camera, metrics } = await setUp({ model: slowOnWhite, workers: 1, maxSize: 4 });
    camera.send({ jpeg: await grey(255), stream: "busy" });
    const levels = [60, 80, 100, 120, 140, 160, 180, 200];
    const pictures = await Promise.all(levels.map((level) => grey(level)));
    for (const jpeg of pictures) camera.send({ jpeg });
    const [, ...ends] = await camera.ended(1 + levels.length);
    const scores = ends.map((end) => end.reply!.detections.boxes[0]?.[4] ?? 0);
    for (const [i, level] of levels.entries()) expect(scores[i]).toBeCloseTo((0.8 * level) / 255, 1);
    const sizes = ends.map((end) => end.reply!.batch);
    expect(Math.max(...sizes)).toBe(4);
    const samples = await metrics();
    expect(samples['sluice_inference_batch_size_bucket{le="4",model="lantern"}']).toBe(
      samples['sluice_inference_batch_size_count{model="lantern"}'],
    );
  });
});

describe("refusals", () => {
  test("a bad picture is refused, the others of its batch are answered", async () => {
    const { camera, metrics } = await setUp({ model: slowOnWhite });
    camera.send({ jpeg: await grey(255), stream: "busy" });
    const good = await grey(100);
    for (const jpeg of [good, good.slice(0, good.length / 2), good, new TextEncoder().encode("no picture")]) {
      camera.send({ jpeg });
    }
    const ends = await camera.ended(5);
    const words = ends.map((end) => end.error?.code ?? end.outcome);
    expect(words).toEqual(["answered", "answered", "bad-image", "answered", "bad-image"]);
    expect(unaccounted(await metrics())).toBe(0);
  });

  test("NaN fails only the pictures that cause it", async () => {
    const { camera, metrics } = await setUp({ model: { ...lantern, nanAbove: 0.7 } });
    const [good, guilty] = [await grey(100), await grey(230)];
    for (const jpeg of [good, guilty, good, good, guilty, good, good, good]) camera.send({ jpeg });
    const ends = await camera.ended(8);
    const failed = ends.filter((end) => end.error).map((end) => [end.frame - ends[0]!.frame, end.error?.code]);
    expect(failed).toEqual([
      [1, "model-output-invalid"],
      [4, "model-output-invalid"],
    ]);
    expect(total(await metrics(), "sluice_inference_answered_total{")).toBeGreaterThanOrEqual(6);
  });

  test("whoever passes its deadline while it waits is refused as expired, and is not computed", async () => {
    const { camera, metrics } = await setUp({ model: slowOnWhite, maxSize: 1 });
    const [white, dark] = [await grey(255), await grey(50)];
    for (let i = 0; i < 3; i++) camera.send({ jpeg: white, stream: `busy${i}` });
    await until(async () => total(await metrics(), "sluice_inference_queue_depth{") > 0);
    const before = (await metrics())['sluice_inference_batch_size_count{model="lantern"}']!;
    const frame = camera.send({ jpeg: dark, deadlineMs: 5 });
    const ends = await camera.ended(4);
    expect(ends.find((end) => end.frame === frame)?.outcome).not.toBe("answered");
    const after = await metrics();
    expect(total(after, 'sluice_inference_refused_total{model="lantern",transport="nats",code="expired"}')).toBe(1);
    expect(after['sluice_inference_batch_size_count{model="lantern"}']! - before).toBeLessThanOrEqual(3);
  });

  test("a full queue refuses the next with a time to come back; the books balance at every moment", async () => {
    const { camera, metrics } = await setUp({ model: slowOnWhite, maxQueue: 2, maxSize: 1 });
    const white = await grey(255);
    for (let i = 0; i < 10; i++) camera.send({ jpeg: white });
    const looks: number[] = [];
    await until(async () => {
      looks.push(unaccounted(await metrics()));
      return camera.ends.length === 10;
    });
    expect(new Set(looks)).toEqual(new Set([0]));
    const refused = camera.ends.filter((end) => end.error?.code === "overloaded");
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(refused[0]?.error?.retryAfterMs).toBeGreaterThanOrEqual(0);
    expect(refused.length + camera.ends.filter((end) => end.outcome === "answered").length).toBe(10);
  });

  test("what is malformed or of another version is refused and counted, though it never reaches the model", async () => {
    const { camera, metrics } = await setUp();
    const replies: string[] = [];
    camera.link.subscribe("test.inbox", {}, (m) => replies.push(new TextDecoder().decode(m.payload)));
    const publish = (headers: Record<string, string>) =>
      camera.link.publish("sluice.v1.infer.lantern.cam1.gate", Uint8Array.of(1), headers, "test.inbox");
    publish({ "Sluice-Version": "9", "Sluice-Frame": "1" });
    publish({ "Sluice-Version": "1", "Sluice-Frame": "-1" });
    await until(() => replies.length === 2);
    expect(replies.map((text) => JSON.parse(text).error.code)).toEqual(["unsupported-version", "bad-request"]);
    await until(async () => total(await metrics(), "sluice_inference_refused_total{") === 2);
    expect(unaccounted(await metrics())).toBe(0);
  });
});
