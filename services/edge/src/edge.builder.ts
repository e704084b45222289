import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  type DecisionMessage,
  type EdgeConfig,
  edgeConfigSchema,
  environmentSchema,
  type Result,
  subjects,
  versionOfWire,
} from "@sluice/contracts";
import { type Clock, seededPrng, systemClock } from "@sluice/foundation";
import { decodeImage, encodeJpeg } from "@sluice/imaging";
import {
  connectLink,
  decodeDecision,
  decodeResult,
  type Link,
  type OffloadRequest,
  serveModel,
} from "@sluice/messaging";
import { type NatsServer, peaksModel, type TempDir, tempDir, writeModel } from "@sluice/testkit";
import { type Edge, startEdge } from "./edge.ts";

export const classes = ["person", "car"];
const input = { width: 64, height: 32, stride: 8, classes: classes.length };

/** A small folder of pictures, an edge model that sees one person in each, and the files that a device needs. */
export interface Site extends AsyncDisposable {
  readonly dir: TempDir;
  readonly model: string;
  readonly source: string;
}

export async function buildSite(): Promise<Site> {
  const dir = tempDir();
  const pictures = join(dir.path, "pictures");
  await mkdir(pictures);
  for (let index = 0; index < 10; index++) {
    const data = new Uint8Array(64 * 32 * 3).map((_, i) => ((i * 7) % 100) + index * 15);
    const { data: jpeg } = await encodeJpeg({ width: 64, height: 32, data }, { width: 64, quality: 80 });
    await writeFile(join(pictures, `${index}.jpg`), jpeg);
  }
  const peak = { classId: 0, column: 2, row: 2, score: 0.6, distances: [10, 10, 10, 10] } as const;
  const graph = peaksModel({ ...input, peaks: [peak] });
  const model = await writeModel(dir.path, graph, { name: "small", family: "peaks", ...input, classes });
  return { dir, model, source: `dir:${pictures}`, [Symbol.asyncDispose]: () => dir.remove() };
}

/** A source of one picture that hardly compresses. */
export async function writeNoise(site: Site, size: { width: number; height: number }): Promise<string> {
  const folder = join(site.dir.path, "noise");
  await mkdir(folder);
  const prng = seededPrng(1);
  const data = new Uint8Array(size.width * size.height * 3).map(() => 256 * prng.next());
  const { data: jpeg } = await encodeJpeg({ ...size, data }, { width: size.width, quality: 95 });
  await writeFile(join(folder, "0.jpg"), jpeg);
  return `dir:${folder}`;
}

/** A folder of one picture, all of it of one brightness. */
export async function writePlain(folder: string, level: number): Promise<void> {
  await mkdir(folder);
  const data = new Uint8Array(64 * 32 * 3).fill(level);
  const { data: jpeg } = await encodeJpeg({ width: 64, height: 32, data }, { width: 64, quality: 90 });
  await writeFile(join(folder, "0.jpg"), jpeg);
}

/** How bright the middles of a picture's left and right half are. */
export async function halves(jpeg: Uint8Array): Promise<string[]> {
  const { width, height, data } = await decodeImage(jpeg);
  const at = (x: number) => data[3 * (Math.floor(height / 2) * width + Math.floor(x * width))]!;
  return [0.25, 0.75].map((x) => (at(x) < 20 ? "black" : at(x) > 150 ? "bright" : `${at(x)}`));
}

/** An HTTP camera that shows three pictures to whoever opens it, and then nothing more, without hanging up. */
export async function serveSilentCamera(site: Site): Promise<AsyncDisposable & { url: string; visits: number }> {
  const jpeg = await readFile(join(site.source.replace("dir:", ""), "0.jpg"));
  const head = `--edge\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
  const picture = Buffer.concat([Buffer.from(head), jpeg, Buffer.from("\r\n")]);
  const server = createServer((_, response) => {
    camera.visits++;
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=edge" });
    for (let i = 0; i < 3; i++) response.write(picture);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const camera = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    visits: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return camera;
}

/** The configuration of a device on this site, as a file would give it. */
export function configOf(site: Site, url: string, extra: { offload?: object; nats?: object; streams?: object[] } = {}) {
  return edgeConfigSchema.parse({
    device: "gate",
    http: { port: 0 },
    nats: { uplink: { servers: [url] }, site: { servers: [url] }, ...extra.nats },
    model: site.model,
    offload: { model: "big", budget: { rate: "20kB/s", burst: "8KiB" }, ...extra.offload },
    streams: extra.streams ?? [{ name: "main", source: site.source, fps: 25, loop: true }],
  });
}

const environment = environmentSchema.parse({ SLUICE_LOG_LEVEL: "silent" });

export const startDevice = (config: EdgeConfig, clock: Clock = systemClock): Promise<Edge> =>
  startEdge({ config, environment, prng: seededPrng(1), clock });

/** What a device's neighbours hear: its results and decisions, and a cloud that answers as told. */
export interface Neighbours extends AsyncDisposable {
  readonly link: Link;
  readonly results: Result[];
  readonly decisions: DecisionMessage[];
  readonly requests: OffloadRequest[];
}

export async function neighbours(nats: NatsServer, answer?: (request: OffloadRequest) => void): Promise<Neighbours> {
  const link = await connectLink({ servers: [nats.url], name: "test", clock: systemClock });
  const heard = { results: [] as Result[], decisions: [] as DecisionMessage[], requests: [] as OffloadRequest[] };
  link.subscribe(subjects.resultAll(), {}, ({ payload }) => {
    const decoded = decodeResult(payload);
    if (decoded.ok) heard.results.push(decoded.value);
  });
  link.subscribe(subjects.decisionAll(), {}, ({ payload }) => {
    const decoded = decodeDecision(payload);
    if (decoded.ok) heard.decisions.push(decoded.value);
  });
  if (answer) {
    serveModel(link, "big", (request) => {
      heard.requests.push(request);
      answer(request);
    });
  }
  return { link, ...heard, [Symbol.asyncDispose]: () => link.close() };
}

/** The cloud's answer to any picture: the edge's person, better placed, and a car that the edge never sees. */
export function goodReply(request: OffloadRequest) {
  return {
    version: versionOfWire,
    frame: request.frame,
    model: "big",
    digest: "0".repeat(64),
    width: 64,
    height: 32,
    detections: {
      classes: ["car", "person"],
      boxes: [
        [40, 4, 60, 20, 0.9, 0] as [number, number, number, number, number, number],
        [12, 12, 32, 32, 0.95, 1] as [number, number, number, number, number, number],
      ],
    },
    threshold: 0.4,
    batch: 1,
    queueMs: 0,
    decodeMs: 0,
    computeMs: 1,
  };
}
