import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type DecisionMessage, type Heartbeat, type Result, type StreamReport, subjects } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import {
  connectLink,
  encodeBackend,
  encodeDecision,
  encodeHeartbeat,
  encodeResult,
  type Link,
} from "@sluice/messaging";
import { until } from "@sluice/testkit";

/** A device that speaks as an edge does: over a real broker, in messages that fit their schemas. */
export class Speaker implements AsyncDisposable {
  readonly link: Link;
  readonly device: string;
  readonly stream: string;
  startedAtMs = 1_000;

  private constructor(link: Link, device: string, stream: string) {
    this.link = link;
    this.device = device;
    this.stream = stream;
  }

  static async connect(server: string, device = "gate", stream = "camera"): Promise<Speaker> {
    const link = await connectLink({ servers: [server], name: "speaker", clock: systemClock });
    await until(() => link.connected, { what: "the speaker's connection" });
    return new Speaker(link, device, stream);
  }

  report(given: Partial<StreamReport> = {}): StreamReport {
    const widths = { localHalfWidth: 0.06, correctedHalfWidth: 0.04, frames: 4_000, missing: 1 };
    const agreement = { samples: 40, local: 0.52, corrected: 0.81, ...widths };
    const beliefs = { car: 0.84, person: 0.61 };
    const counts = { frames: 200, answered: 200, dropped: {}, offloads: { answered: 9 }, sent: 10, inFlight: 0 };
    const size = { width: 320, height: 180, fps: 10 };
    const { stream: name } = this;
    return {
      name,
      state: "running",
      problem: null,
      ...size,
      ...counts,
      bytes: 0,
      price: 2e-6,
      agreement,
      beliefs,
      ...given,
    };
  }

  heartbeat(given: Partial<Heartbeat> = {}): void {
    const { device, startedAtMs } = this;
    const budget = { bytesPerSecond: 25_000, burstBytes: 65_536, tokens: 30_000, spentBytes: 0, elapsedMs: 0 };
    const uplink = { state: "connected", model: "cloud", backend: "available", queueMs: 3 } as const;
    const model = { name: "edge", digest: "0".repeat(64) };
    const rest = { url: null, model, uplink, budget, streams: [this.report()] };
    const message = { version: 1, device, atMs: Date.now(), startedAtMs, ...rest, ...given };
    this.link.publish(subjects.heartbeat(device), encodeHeartbeat(message));
  }

  decision(frame: number, given: Partial<DecisionMessage> = {}): void {
    const numbers = { bytes: 0, value: 0.1, price: 2e-6, tokens: 30_000, signals: {} };
    const skip = { action: "skip", reason: "price", rung: null } as const;
    const message: DecisionMessage = { ...this.#key(frame), ...skip, ...numbers, ...given };
    this.link.publish(subjects.decision(this.device, this.stream), encodeDecision(message));
  }

  result(frame: number): void {
    const local = { classes: ["car"], boxes: [[20, 20, 120, 90, 0.6, 0]] } satisfies Detections;
    const answer = { classes: ["car"], boxes: [[30, 30, 130, 100, 0.9, 0]] } satisfies Detections;
    const picture = { sourceFrame: frame, width: 320, height: 180 };
    const message: Result = { ...this.#key(frame), kind: "local", ...picture, local, answer, inferMs: 8 };
    this.link.publish(subjects.result(this.device, this.stream), encodeResult(message));
  }

  backend(replica: string): void {
    const load = { queued: 0, queueMs: 4, draining: false };
    const message = { version: 1, replica, atMs: Date.now(), model: "cloud", digest: "d", ...load };
    this.link.publish(subjects.backend("cloud", replica), encodeBackend(message));
  }

  #key(frame: number) {
    return { version: 1, device: this.device, stream: this.stream, frame, capturedAtMs: Date.now() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.link.close();
  }
}

type Detections = Extract<Result, { kind: "local" }>["local"];

export interface Pictures extends AsyncDisposable {
  readonly url: string;
}

/** A live view as a device's own page has it: every picture is of frame `frame()`. */
export async function servePictures(frame: () => number): Promise<Pictures> {
  const server = createServer((request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    if (!request.url?.endsWith(".mjpeg")) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", "multipart/x-mixed-replace; boundary=b");
    const send = () => {
      const picture = greyBitmap(320, 180);
      response.write(`--b\r\nContent-Length: ${picture.length}\r\nX-Frame: ${frame()}\r\n\r\n`);
      response.write(Buffer.concat([picture, Buffer.from("\r\n")]));
    };
    const timer = setInterval(send, 200);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => ended(server) };
}

function ended(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A grey BMP, 24 bits a pixel: browsers decode a picture by its content. */
function greyBitmap(width: number, height: number): Buffer {
  const headBytes = 54;
  const bitmap = Buffer.alloc(headBytes + width * 3 * height, 128);
  bitmap.fill(0, 0, headBytes).write("BM");
  bitmap.writeUInt32LE(bitmap.length, 2);
  bitmap.writeUInt32LE(headBytes, 10);
  bitmap.writeUInt32LE(40, 14);
  bitmap.writeInt32LE(width, 18);
  bitmap.writeInt32LE(height, 22);
  bitmap.writeUInt16LE(1, 26);
  bitmap.writeUInt16LE(24, 28);
  return bitmap;
}
