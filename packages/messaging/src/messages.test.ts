import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Backend,
  DecisionMessage,
  Heartbeat,
  Lease,
  LeaseReport,
  OffloadError,
  OffloadReply,
  Result,
  Term,
} from "@sluice/contracts";
import { limits } from "@sluice/contracts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeBackend,
  decodeDecision,
  decodeHeartbeat,
  decodeLease,
  decodeLeaseReport,
  decodeResult,
  decodeTerm,
  encodeBackend,
  encodeDecision,
  encodeHeartbeat,
  encodeLease,
  encodeLeaseReport,
  encodeResult,
  encodeTerm,
} from "./messages.ts";
import { decodeAnswer, encodeRefusal, encodeReply } from "./offload-wire.ts";

const key = { version: 1, device: "cam-1", stream: "gate", frame: 41, capturedAtMs: 1_800_000_000_123 };
const car = {
  classes: ["car"],
  boxes: [[10.5, 20, 110.5, 80.1, 0.913, 0] as [number, number, number, number, number, number]],
};
const none = { classes: [], boxes: [] };
const digest = "c".repeat(64);

const local: Result = {
  ...key,
  kind: "local",
  sourceFrame: 41,
  width: 640,
  height: 360,
  local: none,
  answer: car,
  inferMs: 7.25,
};
const correction: Result = {
  ...key,
  kind: "correction",
  width: 640,
  height: 360,
  answer: car,
  ageMs: 310,
  inTime: true,
};
const decision: DecisionMessage = {
  ...key,
  action: "send",
  reason: "value",
  rung: "full",
  region: [160, 96, 416, 360],
  bytes: 31_415,
  value: 0.42,
  price: 0.000_01,
  propensity: 0.003,
  tokens: 34_121,
  signals: { uncertain: 0.25, staleMs: 1_200 },
};
const reply: OffloadReply = {
  version: 1,
  frame: 41,
  model: "street-cloud",
  digest,
  width: 640,
  height: 360,
  detections: car,
  threshold: 0.35,
  batch: 4,
  queueMs: 3.5,
  decodeMs: 2,
  computeMs: 41,
};
const refusal: OffloadError = {
  version: 1,
  frame: 41,
  error: { code: "overloaded", message: "full", retryAfterMs: 250 },
};
const backend: Backend = {
  version: 1,
  replica: "r-1",
  atMs: 1_800_000_000_000,
  model: "street-cloud",
  digest,
  queued: 3,
  queueMs: 41.5,
  draining: false,
};
const heartbeat: Heartbeat = {
  version: 1,
  device: "cam-1",
  atMs: 1_800_000_010_000,
  startedAtMs: 1_800_000_000_000,
  url: "http://10.0.0.7:8080",
  model: { name: "street-edge", digest },
  uplink: { state: "connected", model: "street-cloud", backend: "available", queueMs: 41.5 },
  budget: { bytesPerSecond: 25_000, burstBytes: 65_536, tokens: 34_121, spentBytes: 31_415, elapsedMs: 10_000 },
  streams: [
    {
      name: "gate",
      state: "running",
      problem: null,
      width: 640,
      height: 360,
      fps: 10,
      frames: 100,
      answered: 98,
      dropped: { superseded: 2 },
      offloads: { answered: 1 },
      sent: 1,
      inFlight: 0,
      bytes: 31_415,
      price: 0.000_01,
      agreement: { samples: 1, local: null, corrected: null },
    },
  ],
};

const term: Term = { version: 1, policy: "yard", term: 7, operator: "operator-0", open: true, released: false };
const lease: Lease = {
  version: 1,
  policy: "yard",
  device: "cam-1",
  term: 7,
  epoch: 12,
  answers: { run: "0b1c", sentMs: 86_400_123 },
  ttlMs: 60_000,
  bytesPerSecond: 18_000,
  floorBytesPerSecond: 1_000,
  burstBytes: 65_536,
  owedFloorBytesPerSecond: 1_000,
  usage: {
    periodStartMs: 1_798_761_600_000,
    bytes: 52_428_800,
    countedAtMs: 1_800_000_000_000,
    meters: [{ id: "m-1", bytes: 73_400_320 }],
  },
};
const leaseReport: LeaseReport = {
  version: 1,
  policy: "yard",
  device: "cam-1",
  run: "0b1c",
  sentMs: 86_400_123,
  term: 7,
  held: { term: 7, epoch: 11, bytesPerSecond: 15_000, floorBytesPerSecond: 1_000 },
  bid: { price: 0.000_01, atBytesPerSecond: 14_200, demandBytesPerSecond: 310_000 },
  idle: false,
  meter: { id: "m-1", bytes: 73_400_320, countedBytes: 73_300_000 },
};

const messages = {
  "result-local": { message: local, encode: encodeResult, decode: decodeResult },
  "result-correction": { message: correction, encode: encodeResult, decode: decodeResult },
  decision: { message: decision, encode: encodeDecision, decode: decodeDecision },
  heartbeat: { message: heartbeat, encode: encodeHeartbeat, decode: decodeHeartbeat },
  backend: { message: backend, encode: encodeBackend, decode: decodeBackend },
  lease: { message: lease, encode: encodeLease, decode: decodeLease },
  "lease-report": { message: leaseReport, encode: encodeLeaseReport, decode: decodeLeaseReport },
  term: { message: term, encode: encodeTerm, decode: decodeTerm },
} as const;
const decoders = [
  decodeResult,
  decodeDecision,
  decodeHeartbeat,
  decodeBackend,
  decodeAnswer,
  decodeLease,
  decodeLeaseReport,
  decodeTerm,
];

/** The file's text; `UPDATE_GOLDEN=1` writes it anew. What it says is on the wire today: a change is a new version. */
function golden(name: string, text: string): string {
  const folder = join(import.meta.dirname, "../golden");
  const path = join(folder, `${name}.golden.json`);
  const pretty = `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, pretty);
  }
  return readFileSync(path, "utf8");
}

describe("messages", () => {
  it.each(Object.entries(messages))("%s reads as its golden file, and back", (name, { message, encode, decode }) => {
    const text = (encode as (value: unknown) => string)(message);
    expect(JSON.parse(text)).toEqual(JSON.parse(golden(name, text)));
    expect(decode(Buffer.from(golden(name, text)))).toEqual({ ok: true, value: message });
  });

  it.each([
    ["offload-reply", encodeReply(reply), { reply }],
    ["offload-refusal", encodeRefusal(refusal), { refusal }],
  ])("%s reads as its golden file, and back", (name, text, answer) => {
    expect(JSON.parse(text)).toEqual(JSON.parse(golden(name, text)));
    expect(decodeAnswer(Buffer.from(golden(name, text)))).toEqual({ ok: true, value: answer });
  });

  it("takes an error code that it does not know as internal", () => {
    const unknown = { ...refusal, error: { code: "from-the-future", message: "?" } };
    const answer = decodeAnswer(Buffer.from(JSON.stringify(unknown)));
    expect(answer).toMatchObject({ ok: true, value: { refusal: { error: { code: "internal" } } } });
  });

  it("refuses another version before it looks at anything else, and leaves unknown fields out", () => {
    const other = decodeResult(Buffer.from('{"version":2,"kind":"new"}'));
    expect(other).toMatchObject({ ok: false, error: { code: "unsupported-version" } });
    const extended = decodeBackend(Buffer.from(JSON.stringify({ ...backend, weather: 1 })));
    expect(extended).toEqual({ ok: true, value: backend });
  });

  it("never throws, whatever arrives, and keeps its complaint short", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .json()
        .map((inner) => `{"version":1,"kind":"local","streams":${inner},"detections":${inner},"error":${inner}}`),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          text.map((t) => Buffer.from(t)),
          fc.uint8Array(),
        ),
        (payload) => {
          for (const decode of decoders) {
            const read = decode(payload);
            expect(read.ok || read.error.message.length <= 500).toBe(true);
          }
        },
      ),
    );
  });

  it("refuses a flood of wrong boxes within a moment", () => {
    const boxes = `[${Array(60_000).fill("[]").join(",")}]`;
    const payload = Buffer.from(`{"version":1,"kind":"correction","answer":{"classes":[],"boxes":${boxes}}}`);
    expect(payload.length).toBeLessThan(limits.messageBytes);
    expect(decodeResult(payload)).toMatchObject({ ok: false, error: { code: "bad-request" } });
  });
});
