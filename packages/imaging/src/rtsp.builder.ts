/** A camera for tests: an RTSP server that sends one H.264 stream over the control connection (RFC 2326 10.12). */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Ticks a second of an H.264 RTP timestamp (RFC 6184). */
const RTP_CLOCK = 90_000;

/** The NAL units of an Annex B file, each without its start code. */
function nalUnits(path: string): Buffer[] {
  const hex = readFileSync(path).toString("hex");
  const units = hex
    .match(/../g)!
    .join(" ")
    .split(/(?:00 )?00 00 01 /);
  return units.filter((unit) => unit !== "").map((unit) => Buffer.from(unit.replaceAll(" ", ""), "hex"));
}

const isPicture = (unit: Buffer) => [1, 5].includes(unit[0]! & 31);

/** One unit as an RTP packet, framed for the control connection's channel 0. */
function packet(unit: Buffer, sequence: number, time: number): Buffer {
  const head = Buffer.alloc(16);
  head.write("$");
  head.writeUInt16BE(12 + unit.length, 2);
  head.writeUInt8(0x80, 4);
  head.writeUInt8(96 | (isPicture(unit) ? 0x80 : 0), 5);
  head.writeUInt16BE(sequence, 6);
  head.writeUInt32BE(time, 8);
  return Buffer.concat([head, unit]);
}

function packets(path: string, fps: number): Buffer[] {
  let pictures = 0;
  return nalUnits(path).map((unit, sequence) => {
    const time = (pictures * RTP_CLOCK) / fps;
    if (isPicture(unit)) pictures++;
    return packet(unit, sequence, time);
  });
}

const sdp =
  "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=s\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track\r\n";

const answers: Record<string, { headers?: string; body?: string }> = {
  OPTIONS: { headers: "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n" },
  DESCRIBE: { headers: `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n`, body: sdp },
  SETUP: { headers: "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" },
};

function converse(socket: Socket, film: readonly Buffer[]): void {
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    const request = bytes.toString("latin1");
    const method = request.split(" ", 1)[0]!;
    const sequence = /CSeq: *(\d+)/i.exec(request)?.[1];
    if (!sequence) return;
    const { headers = "", body = "" } = answers[method] ?? {};
    socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\nSession: 1\r\n${headers}\r\n${body}`);
    if (method === "PLAY") for (const frame of film) socket.write(frame);
  });
}

/** Serves an Annex B file, then stays silent; returns the URL. */
export async function serveRtsp(path: string, fps: number): Promise<string> {
  const film = packets(path, fps);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    converse(socket, film);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/camera`;
}
