import { join } from "node:path";
import {
  type EdgeConfig,
  environmentSchema,
  fromWire,
  type Rung,
  toWire,
  traceHeaderSchema,
  type WireDetections,
} from "@sluice/contracts";
import { ManualClock, seededPrng } from "@sluice/foundation";
import { type Capture, decodeImage, encodeJpeg, readPictures } from "@sluice/imaging";
import { type Model, openModel } from "@sluice/models";
import { changeSignals, type RunOptions, type TraceFrame } from "@sluice/replay";
import { type NatsServer, repoRoot, until } from "@sluice/testkit";
import { type Box, Onlooker, type Part, type Picture, partAt } from "@sluice/vision";
import { Account } from "./account.ts";
import { openShared, type Shared } from "./device.ts";
import { neighbours } from "./edge.builder.ts";
import { LiveView } from "./live.ts";
import { Pipeline } from "./pipeline.ts";
import { Recent } from "./recent.ts";
import { RecordedCloud, type Recording } from "./recorded-cloud.builder.ts";

export const frameMs = 100;
const models = { workers: 1, threads: 1 };

/** Some frames of an embedded clip, with all that the embedded pair says of them. */
export async function recordClip(clip: string, from: number, frames: number, rung: Rung): Promise<Recording> {
  const edge = await openModel(join(repoRoot, "models/street-edge.yaml"), models);
  const cloud = await openModel(join(repoRoot, "models/street-cloud.yaml"), models);
  const pictures: Picture[] = [];
  let passed = 0;
  for await (const { width, height, data } of readPictures(`file:${join(repoRoot, "models/clips", clip)}`)) {
    if (passed++ < from) continue;
    if (pictures.length === frames) break;
    pictures.push({ width, height, data: new Uint8Array(data) });
  }
  const { width, height } = pictures[0]!;
  const header = traceHeaderSchema.parse({
    format: "sluice.trace",
    version: 1,
    classes: [...edge.classes],
    edge: { model: edge.name, threshold: edge.threshold },
    cloud: { model: cloud.name, threshold: cloud.threshold },
    rungs: [{ ...rung, height: Math.round((rung.width * height) / width) }],
    streams: [{ name: "main", width, height, fps: 1_000 / frameMs }],
  });
  const seen: TraceFrame[] = [];
  const replies: WireDetections[] = [];
  const onlooker = new Onlooker();
  for (const [i, picture] of pictures.entries()) {
    const jpeg = await encodeJpeg(picture, rung);
    const reply = await answerOf(cloud, jpeg.data);
    replies.push(reply);
    seen.push({
      stream: 0,
      frame: i,
      t: (i * frameMs) / 1_000,
      edge: (await edge.detect(picture)).detections,
      cloud: [fromWire(reply, edge.classes, width / jpeg.width, height / jpeg.height)],
      bytes: [jpeg.data.length],
      signals: changeSignals(onlooker.next(picture)),
    });
  }
  const { threshold } = cloud;
  await Promise.all([edge.close(), cloud.close()]);
  return { pictures, trace: { header, frames: seen }, replies, cloud: { threshold } };
}

async function answerOf(cloud: Model, jpeg: Uint8Array): Promise<WireDetections> {
  const { detections } = await cloud.detect(await decodeImage(jpeg));
  return toWire(
    detections.filter(({ score }) => score >= cloud.threshold),
    cloud.classes,
  );
}

/** A daemon's pipeline between a real broker and a cloud that answers as recorded; time goes on from frame to frame. */
export async function runDaemon(
  recording: Recording,
  nats: NatsServer,
  config: EdgeConfig,
): Promise<{ recent: Recent } & Pick<Required<RunOptions>, "overhead" | "crop">> {
  const clock = new ManualClock(0);
  const environment = environmentSchema.parse({ SLUICE_LOG_LEVEL: "silent" });
  const shared = await openShared({ config, environment, clock, prng: seededPrng(1) });
  await using recorded = await RecordedCloud.open(recording);
  await using cloud = await neighbours(nats, (request) => void recorded.answer(request));
  await until(() => shared.uplink.connected && cloud.link.connected, { what: "both ends of the link" });
  const recent = new Recent();
  const stream = config.streams[0]!;
  const account = new Account(stream.name, shared.metrics);
  const settled = (frame: number) =>
    recent.of(frame) !== undefined && shared.client.inFlight() === 0 && account.encoding === 0;
  const capture = turnstile(recording.pictures, clock, settled);
  const pipeline = new Pipeline({
    ...shared,
    device: config.device,
    spec: config.offload,
    masks: [],
    stream,
    framesPerSecond: () => 1_000 / frameMs,
    capture,
    account,
    recent,
    live: new LiveView(clock),
  });
  shared.client.onEnd((end) => pipeline.ended(end));
  await pipeline.run();
  await close(shared);
  return { recent, overhead: overheadOf(shared, config, recording), crop: recorded.crop };
}

/** What an offload of the stream weighs beyond its picture: as the daemon expects it, and exactly. */
function overheadOf({ client }: Shared, { offload }: EdgeConfig, { trace }: Recording) {
  const size = trace.header.streams[0]!;
  const weigh = (frame: number, deadlineMs: number, pictureBytes: number, part?: Part) =>
    client.price({ stream: "main", frame, jpeg: { byteLength: pictureBytes }, part, deadlineMs }) - pictureBytes;
  return {
    expectedBytes: weigh(1e9, 0, 0),
    bytesOf: (_: string, frame: number, pictureBytes: number, region?: Box) => {
      const part = region && partAt(region, size, region.x2 - region.x1);
      return weigh(frame, frame * frameMs + offload.delivery.deadline, pictureBytes, part);
    },
  };
}

async function close({ client, backends, events, link, site, model, state, tracing }: Shared): Promise<void> {
  events.close();
  client.close();
  backends.stop();
  await Promise.all([link.close(), site?.close(), model.close(), state.close(), tracing.shutdown()]);
}

/** Lets the next frame in, and time go on, once everything about the one before is settled. */
function turnstile(pictures: readonly Picture[], clock: ManualClock, settled: (frame: number) => boolean): Capture {
  let index = 0;
  return {
    async next() {
      if (index > 0) {
        await until(() => settled(index - 1), { what: `frame ${index - 1} to be settled`, timeoutMs: 20_000 });
        clock.advance(frameMs);
      }
      const picture = pictures[index];
      if (!picture) return undefined;
      const frame = {
        ...picture,
        stream: "main",
        index,
        sourceIndex: index,
        capturedAtMs: clock.wallMs(),
        skippedBefore: 0,
      };
      index++;
      return { ...frame, release: () => {} };
    },
    mask: () => {},
    close: async () => {},
  };
}
