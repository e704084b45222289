import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inferenceConfigSchema, limits } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import { connectLink, OffloadClient, type OffloadEnd } from "@sluice/messaging";
import { type PeaksOptions, peaksModel, tempDir, until, writeModel } from "@sluice/testkit";
import type { Part } from "@sluice/vision";
import { onTestFinished } from "vitest";
import { type Inference, startInference } from "./start.ts";

/** A model whose one detection scores 0.8 × the picture's brightness; white pictures take long. */
export const lantern: PeaksOptions = {
  width: 64,
  height: 32,
  stride: 8,
  classes: 2,
  peaks: [{ classId: 1, column: 3, row: 2, score: 0.8, distances: [4, 5, 6, 7] }],
  scoreTimesBrightness: true,
};
export const slowOnWhite = { ...lantern, roundsOnWhite: 300_000 };

export interface Setting {
  readonly model?: PeaksOptions;
  readonly maxSize?: number;
  readonly maxQueue?: number;
  readonly workers?: number;
  readonly grace?: string;
}

/** Writes a model, its manifest and a service's configuration into a folder that lasts as long as the test. */
export async function writeService(natsUrl: string, replica: string, setting: Setting = {}) {
  const { model = lantern, maxSize = 4, maxQueue = 64, workers = 1, grace = "10s" } = setting;
  const dir = tempDir();
  onTestFinished(() => dir.remove());
  const manifest = (graph: PeaksOptions, name = "lantern") =>
    writeModel(dir.path, peaksModel(graph), { name, family: "peaks", width: 64, height: 32, classes: ["dark", "lit"] });
  await manifest(model);
  const document = {
    replica,
    http: { port: 0 },
    nats: { servers: [natsUrl] },
    grace,
    models: [{ manifest: "lantern.yaml", batching: { maxSize, maxQueue }, workers }],
  };
  const configFile = join(dir.path, "inference.yaml");
  await writeFile(configFile, JSON.stringify(document));
  return { dir: dir.path, configFile, manifest, config: inferenceConfigSchema.parse(document) };
}

const quiet = { SLUICE_LOG_LEVEL: "silent" } as const;

export async function startService(natsUrl: string, setting: Setting = {}, replica = "one") {
  const written = await writeService(natsUrl, replica, setting);
  const service = await startInference(written.config, { baseDir: written.dir, environment: quiet });
  onTestFinished(() => service.close());
  await isReady(service.url);
  return { ...written, service, metrics: () => readMetrics(service) };
}

/** Ready, and known to the broker: readiness alone does not mean that the subscription has arrived there. */
export async function isReady(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/readyz`)).status === 200, { what: `${url} ready`, timeoutMs: 60_000 });
}

/** All samples of Sluice's metrics, by name and labels. */
export async function readMetrics({ url }: Pick<Inference, "url">): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("sluice_"));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = "", value = ""] = /^(.*?) ([^ ]+)( # .*)?$/.exec(line) ?? [];
      return [name, Number(value)];
    }),
  );
}

/** Sum of all samples whose name and labels begin so. */
export const total = (samples: Record<string, number>, beginning: string): number =>
  Object.entries(samples).reduce((sum, [name, value]) => (name.startsWith(beginning) ? sum + value : sum), 0);

/** Requests minus those answered, refused and in flight: 0 at every moment. */
export const unaccounted = (samples: Record<string, number>): number =>
  total(samples, "sluice_inference_requests_total{") -
  total(samples, "sluice_inference_answered_total{") -
  total(samples, "sluice_inference_refused_total{") -
  total(samples, "sluice_inference_in_flight{");

/** A JPEG of one grey level, 0 to 255. */
export async function grey(level: number, width = 128, height = 64): Promise<Uint8Array> {
  const data = new Uint8Array(3 * width * height).fill(level);
  return (await encodeJpeg({ width, height, data }, { width, quality: 80 })).data;
}

export interface Sent {
  readonly jpeg: Uint8Array;
  readonly deadlineMs?: number;
  readonly stream?: string;
  readonly part?: Part;
}

/** A device that sends pictures and collects how each ended. */
export async function device(natsUrl: string, name = "cam1", model = "lantern") {
  const link = await connectLink({ servers: [natsUrl], name, clock: systemClock });
  onTestFinished(() => link.close());
  await until(() => link.connected);
  const client = new OffloadClient({ link, model, device: name, clock: systemClock });
  const ends: OffloadEnd[] = [];
  client.onEnd((end) => ends.push(end));
  let frame = 0;
  const send = ({ jpeg, deadlineMs = 20_000, stream = "gate", part }: Sent): number => {
    const request = { stream, frame, jpeg, part, deadlineMs: Date.now() + deadlineMs };
    if (!client.send(request)) throw new Error(`frame ${frame} could not be sent`);
    return frame++;
  };
  const ended = async (count: number) => {
    await until(() => ends.length >= count, { what: `${count} ends`, timeoutMs: 30_000 });
    return ends.toSorted((a, b) => a.frame - b.frame);
  };
  return { link, client, ends, send, ended };
}

/** Sends pictures until one is answered: from then on the broker knows the service. */
export async function warm({ send, ends }: Awaited<ReturnType<typeof device>>): Promise<void> {
  const jpeg = await grey(0);
  await until(
    async () => {
      const frame = send({ jpeg, deadlineMs: 500, stream: "warm" });
      const end = await until(() => ends.find((e) => e.frame === frame), {
        timeoutMs: 500 + limits.lateGraceMs + 2_000,
      });
      return end.outcome === "answered";
    },
    { timeoutMs: 30_000, what: "a first answer" },
  );
  ends.length = 0;
}
