import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fromWire, inferenceConfigSchema } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { decodeImage, encodeJpeg, openCapture } from "@sluice/imaging";
import type { OffloadEnd } from "@sluice/messaging";
import { repoRoot, sharedData, sharedDataReason, startNats, until } from "@sluice/testkit";
import { coreOf, frameF1, partAt, within } from "@sluice/vision";
import { expect, onTestFinished, test } from "vitest";
import { device, isReady, warm } from "./service.builder.ts";
import { startInference } from "./start.ts";

/** The first picture of a clip, as a device would send it. */
async function firstFrame(path: string): Promise<Uint8Array> {
  const options = { stream: "clip", source: `file:${path}`, loop: false, masks: [], stallAfterMs: 5_000 };
  const capture = openCapture(
    { ...options, pace: "asap" },
    { clock: systemClock, prng: seededPrng(1), onState: () => {} },
  );
  const frame = await capture.next();
  if (!frame) throw new Error(`${path} has no frame`);
  const { data } = await encodeJpeg(frame, { width: 640, quality: 85 });
  frame.release();
  await capture.close();
  return data;
}

async function serve(manifest: string, otlp?: string) {
  const nats = await startNats();
  onTestFinished(() => nats.stop());
  const document = { replica: "one", http: { port: 0 }, nats: { servers: [nats.url] }, models: [{ manifest }] };
  const environment = {
    SLUICE_LOG_LEVEL: "silent",
    ...(otlp && { OTEL_EXPORTER_OTLP_ENDPOINT: otlp, OTEL_TRACES_SAMPLER_ARG: 1 }),
  } as const;
  const service = await startInference(inferenceConfigSchema.parse(document), { baseDir: repoRoot, environment });
  onTestFinished(() => service.close());
  await isReady(service.url);
  return { service, nats };
}

async function askOnce(natsUrl: string, model: string, jpeg: Uint8Array) {
  const camera = await device(natsUrl, "cam1", model);
  await warm(camera);
  camera.send({ jpeg });
  const [end] = await camera.ended(1);
  return end!;
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** A collector that keeps the spans it is given. */
async function collector() {
  const spans: OtlpSpan[] = [];
  const take = (body: string) => {
    const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
    spans.push(...resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)));
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      take(body);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return { spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("the embedded cloud model sees traffic on the embedded gate clip, and its stages are traced", async () => {
  const { spans, url } = await collector();
  const { service, nats } = await serve("models/street-cloud.yaml", url);
  const jpeg = await firstFrame(join(repoRoot, "models/clips/gate.mp4"));
  const end = await askOnce(nats.url, "street-cloud", jpeg);
  expect(end.outcome).toBe("answered");
  expect(end.reply?.detections.boxes.some((box) => box[4] >= 0.5)).toBe(true);
  await service.close();
  await until(() => spans.length > 0);
  const roots = spans.filter((span) => span.name === "request");
  const stages = spans.filter((span) => span.parentSpanId === roots[0]?.spanId).map((span) => span.name);
  expect(stages.toSorted()).toEqual(["batch", "compute", "decode", "queue"]);
});

test("a part of a picture is answered as a part: nearly what the whole's answer says of it, in the whole's pixels", async () => {
  const { nats } = await serve("models/street-cloud.yaml");
  const picture = await decodeImage(await firstFrame(join(repoRoot, "models/clips/crossroads.mp4")));
  const camera = await device(nats.url, "cam1", "street-cloud");
  await warm(camera);
  const region = { x1: 64, y1: 32, x2: 512, y2: 320 };
  const whole = await encodeJpeg(picture, { width: 640, quality: 85 });
  const crop = await encodeJpeg(picture, { width: 640, quality: 85 }, region);
  camera.send({ jpeg: whole.data });
  camera.send({ jpeg: crop.data, part: partAt(region, picture, crop.width) });
  const [first, second] = await camera.ended(2);
  const core = coreOf(region, picture);
  const inCore = ({ reply }: OffloadEnd) =>
    fromWire(reply!.detections, classes).filter((box) => box.score >= reply!.threshold && within(box, core));
  expect([second!.reply!.width, second!.reply!.height]).toEqual([picture.width, picture.height]);
  expect(inCore(first!).length).toBeGreaterThan(1);
  expect(frameF1(inCore(second!), inCore(first!))).toBeGreaterThan(0.8);
});

const classes = ["person", "bicycle", "car", "truck"];

const shared = sharedData();
test.skipIf(!shared)(`a model of others runs from its sample manifest (${sharedDataReason})`, async () => {
  const { nats } = await serve("deploy/samples/models/yolox-nano-416.yaml");
  const jpeg = await firstFrame(join(shared!, "videos/vtest.avi"));
  const end = await askOnce(nats.url, "yolox-nano-416", jpeg);
  expect(end.reply?.detections.classes).toContain("person");
  expect(end.reply).toMatchObject({ width: 640, height: 480 });
});
