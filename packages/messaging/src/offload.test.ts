import {
  limits,
  type OffloadReply,
  offloadErrorSchema,
  offloadHeaders,
  subjects,
  versionOfWire,
} from "@sluice/contracts";
import { ManualClock, systemClock } from "@sluice/foundation";
import { type NatsServer, startNats, startRelay, until } from "@sluice/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Headers } from "./framing.ts";
import type { Incoming } from "./incoming.ts";
import { connectLink, type Link } from "./link.ts";
import { OffloadClient, type OffloadEnd } from "./offload-client.ts";
import type { OffloadRequest } from "./offload-request.ts";
import { type OffloadSend, requestHeaders } from "./offload-wire.ts";
import { type Serving, serveModel } from "./serve-model.ts";

const model = "yolox";
const wallMs = 1_800_000_000_000;
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xd9]);
const frame = (index: number, more: Partial<OffloadSend> = {}): OffloadSend => ({
  stream: "gate",
  frame: index,
  jpeg,
  deadlineMs: wallMs + 1_000,
  ...more,
});
const replyTo = (index: number): OffloadReply => ({
  version: versionOfWire,
  frame: index,
  model,
  digest: "0".repeat(64),
  width: 640,
  height: 360,
  detections: { classes: ["car"], boxes: [[1, 2, 3, 4, 0.5, 0]] },
  threshold: 0.35,
  batch: 1,
  queueMs: 0,
  decodeMs: 1,
  computeMs: 2,
});

let nats: NatsServer;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function connected(url = nats.url): Promise<Link> {
  const link = await connectLink({ servers: [url], name: "test", clock: systemClock });
  closing.push(() => link.close());
  await until(() => link.connected);
  return link;
}

/** An edge whose time stands still until told otherwise. */
async function edge(url?: string) {
  const [link, clock] = [await connected(url), new ManualClock(wallMs)];
  const client = new OffloadClient({ link, model, device: "cam1", clock });
  const ends: OffloadEnd[] = [];
  client.onEnd((end) => ends.push(end));
  closing.push(() => client.close());
  return { link, clock, client, ends };
}

/** Whatever is sent for the model, unanswered; waits until the broker knows of the subscription. */
async function responder(): Promise<{ link: Link; got: Incoming[] }> {
  const link = await connected();
  const got: Incoming[] = [];
  link.subscribe(subjects.inferAll(model), {}, (m) => (m.subject.endsWith(".warm") ? undefined : got.push(m)));
  await ready(link);
  return { link, got };
}

/** What a link subscribed to is known to the broker once it delivers to a later subscription of the same link. */
async function ready(link: Link): Promise<void> {
  const other = await connected();
  let seen = false;
  const stop = link.subscribe("ready", {}, () => (seen = true));
  await until(() => other.publish("ready", "") && seen);
  stop();
}

async function serve(handler: (request: OffloadRequest) => void): Promise<Serving> {
  const link = await connected();
  const serving = serveModel(link, model, handler);
  await ready(link);
  return serving;
}

describe("an offload", () => {
  it("is answered in time, with what was sent on the other side", async () => {
    const requests: OffloadRequest[] = [];
    const serving = await serve((request) => requests.push(request));
    const { client, ends } = await edge();
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    expect(client.send(frame(7, { traceparent }))).toBe(true);
    expect(client.inFlight("gate")).toBe(1);
    const request = await until(() => requests[0]);
    expect(request).toMatchObject({
      device: "cam1",
      stream: "gate",
      frame: 7,
      deadlineMs: wallMs + 1_000,
      traceparent,
    });
    expect(Buffer.from(request.payload)).toEqual(Buffer.from(jpeg));
    expect(request.answer(replyTo(7))).toBe(true);
    const end = await until(() => ends[0]);
    expect(end).toEqual({ stream: "gate", frame: 7, outcome: "answered", reply: replyTo(7), bytesDown: end.bytesDown });
    expect(end.bytesDown).toBeGreaterThan(JSON.stringify(replyTo(7)).length);
    expect(client.inFlight()).toBe(0);
    expect(serving.counts).toEqual({ received: 1, refusedUnread: {}, unanswerable: 0 });
    expect(() => request.refuse("internal", "again")).toThrow("answered twice");
  });

  it("costs exactly its price", async () => {
    await responder();
    const { client, link } = await edge();
    for (const request of [frame(7), frame(123_456, { jpeg: new Uint8Array(54_321), traceparent: "t".repeat(55) })]) {
      const before = link.bytesOut;
      expect(client.send(request)).toBe(true);
      expect(link.bytesOut - before).toBe(client.price(request));
    }
  });

  it("is refused at once when nobody serves the model", async () => {
    const { client, ends } = await edge();
    client.send(frame(1));
    expect(await until(() => ends[0])).toMatchObject({ outcome: "refused", error: { code: "unknown-model" } });
  });

  it("carries the refusal of the other side", async () => {
    await serve((request) => request.refuse("overloaded", "the queue is full", 250));
    const { client, ends } = await edge();
    client.send(frame(1));
    const error = { code: "overloaded", message: "the queue is full", retryAfterMs: 250 };
    expect(await until(() => ends[0])).toMatchObject({ outcome: "refused", error });
  });

  it("is late when the reply comes after the deadline, and no longer in flight", async () => {
    const { got } = await responder();
    const { client, clock, ends } = await edge();
    client.send(frame(1));
    const message = await until(() => got[0]);
    clock.advance(1_001);
    expect(client.inFlight()).toBe(0);
    expect(ends).toEqual([]);
    message.respond(JSON.stringify(replyTo(1)));
    expect(await until(() => ends[0])).toMatchObject({ outcome: "late", reply: { frame: 1 } });
  });

  it("expires when no reply comes in the time after the deadline either, and a later one is stray", async () => {
    const { got } = await responder();
    const { client, clock, ends } = await edge();
    client.send(frame(1));
    const message = await until(() => got[0]);
    clock.advance(1_000 + limits.lateGraceMs - 1);
    expect(ends).toEqual([]);
    clock.advance(1);
    expect(ends).toMatchObject([{ outcome: "expired", bytesDown: 0 }]);
    message.respond(JSON.stringify(replyTo(1)));
    await until(() => client.stray === 1);
    expect(ends).toHaveLength(1);
  });

  it("is lost at its deadline when the connection broke meanwhile, restored or not", async () => {
    await using relay = await startRelay(nats.port);
    await responder();
    const { client, clock, ends, link } = await edge(`nats://127.0.0.1:${relay.port}`);
    client.send(frame(1));
    relay.cut();
    await until(() => !link.connected);
    expect(client.send(frame(2))).toBe(false);
    await until(() => link.connected);
    client.send(frame(3));
    clock.advance(1_000);
    expect(ends).toMatchObject([{ frame: 1, outcome: "lost" }]);
    clock.advance(limits.lateGraceMs);
    expect(ends.slice(1)).toMatchObject([{ frame: 3, outcome: "expired" }]);
  });

  it.each([
    ["garbage", "not json", "bad-request"],
    ["another version", JSON.stringify({ ...replyTo(1), version: 2 }), "unsupported-version"],
    ["no version", "{}", "unsupported-version"],
    ["a missing field", JSON.stringify({ ...replyTo(1), width: undefined }), "bad-request"],
    [
      "a class beyond the list",
      JSON.stringify({ ...replyTo(1), detections: { classes: [], boxes: [[0, 0, 1, 1, 1, 0]] } }),
      "bad-request",
    ],
    ["too much", " ".repeat(limits.messageBytes + 1), "too-large"],
  ])("is invalid when the reply is %s", async (_, text, code) => {
    const { got } = await responder();
    const { client, ends } = await edge();
    client.send(frame(1));
    (await until(() => got[0])).respond(text);
    const end = await until(() => ends[0]);
    expect(end).toMatchObject({ outcome: "invalid", error: { code } });
    expect(end.error!.message.length).toBeLessThanOrEqual(500);
  });

  it("takes a reply with fields it does not know", async () => {
    const { got } = await responder();
    const { client, ends } = await edge();
    client.send(frame(1));
    (await until(() => got[0])).respond(JSON.stringify({ ...replyTo(1), news: { from: "the future" } }));
    expect((await until(() => ends[0])).reply).toEqual(replyTo(1));
  });

  it("ends once, whatever duplicates, foreign and unknown replies come", async () => {
    const { got, link } = await responder();
    const { client, ends } = await edge();
    client.send(frame(1));
    const message = await until(() => got[0]);
    message.respond(JSON.stringify(replyTo(99)));
    message.respond(JSON.stringify(replyTo(1)));
    message.respond(JSON.stringify(replyTo(1)));
    link.publish(message.reply!.replace(/\w+$/, "none"), JSON.stringify(replyTo(1)));
    await until(() => client.stray === 3);
    expect(ends).toMatchObject([{ frame: 1, outcome: "answered" }]);
  });

  it("is not sent past its deadline, nor beyond the bound on what waits", async () => {
    await responder();
    const { client, ends } = await edge();
    expect(client.send(frame(1, { deadlineMs: wallMs }))).toBe(false);
    for (let i = 0; i < limits.offloadsPending; i++) expect(client.send(frame(i))).toBe(true);
    expect(client.send(frame(9))).toBe(false);
    client.close();
    expect(ends.map((end) => end.outcome)).toEqual(Array(limits.offloadsPending).fill("lost"));
  });
});

describe("serveModel", () => {
  it("shares the load between replicas, each request going to one", async () => {
    const counts = [0, 0];
    for (const replica of [0, 1]) {
      await serve((request) => {
        counts[replica]!++;
        request.answer(replyTo(request.frame));
      });
    }
    const { client, ends } = await edge();
    for (let i = 0; i < 200; i++) client.send(frame(i));
    await until(() => ends.length === 200);
    expect(ends.every((end) => end.outcome === "answered")).toBe(true);
    expect(counts[0]! + counts[1]!).toBe(200);
    expect(Math.min(...counts)).toBeGreaterThan(40);
  });

  it("refuses what is malformed, names the header, and keeps it from the handler", async () => {
    const seen: OffloadRequest[] = [];
    const serving = await serve((request) => seen.push(request));
    const answer = await ask({ ...requestHeaders(frame(5)), [offloadHeaders.deadline]: "soon" });
    expect(answer).toMatchObject({ frame: 5, error: { code: "bad-request" } });
    expect(answer.error.message).toContain("Sluice-Deadline");
    expect(seen).toEqual([]);
    expect(serving.counts).toMatchObject({ received: 1, refusedUnread: { "bad-request": 1 } });
  });

  it("refuses a picture over the limit where the broker lets it through", async () => {
    const big = await startNats({ config: "max_payload: 2MB" });
    const [server, client] = [await connected(big.url), await connected(big.url)];
    const serving = serveModel(server, model, (request) => request.answer(replyTo(request.frame)));
    const send = () =>
      client.publish(
        subjects.infer(model, "cam1", "gate"),
        new Uint8Array(limits.payloadBytes + 1),
        requestHeaders(frame(1)),
        "r",
      );
    await until(() => send() && serving.counts.received > 0);
    expect(serving.counts.refusedUnread["too-large"]).toBeGreaterThan(0);
    await Promise.all([server.close(), client.close()]);
    await big.stop();
  });

  it("drops and counts what names no subject to answer to", async () => {
    const serving = await serve((request) => request.answer(replyTo(request.frame)));
    const link = await connected();
    link.publish(subjects.infer(model, "cam1", "gate"), jpeg, requestHeaders(frame(1)));
    await until(() => serving.counts.unanswerable === 1);
    expect(serving.counts.received).toBe(1);
  });
});

/** Asks as a hostile client would and returns the error that comes back. */
async function ask(headers: Headers) {
  const link = await connected();
  const answers: Incoming[] = [];
  link.subscribe("answers.here", {}, (message) => answers.push(message));
  await ready(link);
  link.publish(subjects.infer(model, "cam1", "gate"), jpeg, headers, "answers.here");
  const answer = await until(() => answers[0]);
  return offloadErrorSchema.parse(JSON.parse(Buffer.from(answer.payload).toString()));
}
