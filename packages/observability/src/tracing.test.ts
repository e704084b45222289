import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTracing } from "./tracing.ts";

interface Exported {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeSpans: {
      spans: {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        status: unknown;
        startTimeUnixNano: string;
      }[];
    }[];
  }[];
}

let collector: Server;
let endpoint: string;
const received: { path: string; body: Exported }[] = [];

beforeEach(async () => {
  received.length = 0;
  collector = createServer((request, response) => {
    let text = "";
    request.on("data", (bytes) => (text += bytes));
    request.on("end", () => {
      received.push({ path: request.url!, body: JSON.parse(text) as Exported });
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as { port: number }).port}`;
});
afterEach(() => void collector.close());

const remote = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

describe("tracing", () => {
  it("exports spans with their parents to the collector", async () => {
    const tracing = await startTracing("edge", { endpoint, share: 1 });
    const frame = tracing.startSpan("frame", { parent: remote, attributes: { stream: "gate", frame: 7 } });
    const encode = tracing.startSpan("encode", { parent: frame });
    encode.end();
    encode.end();
    frame.end({ message: "no broker", code: "disconnected" });
    await tracing.shutdown();
    const { path, body } = received[0]!;
    expect(path).toBe("/v1/traces");
    const [{ resource, scopeSpans }] = body.resourceSpans as [Exported["resourceSpans"][0]];
    expect(resource.attributes).toContainEqual({ key: "service.name", value: { stringValue: "edge" } });
    const spans = scopeSpans[0]!.spans;
    expect(spans.map((span) => span.name)).toEqual(["encode", "frame"]);
    expect(spans[1]).toMatchObject({
      traceId: "a".repeat(32),
      parentSpanId: "b".repeat(16),
      status: { code: 2, message: "no broker" },
    });
    expect(spans[0]).toMatchObject({ traceId: "a".repeat(32), parentSpanId: spans[1]!.spanId });
    expect(frame.traceparent).toBe(`00-${"a".repeat(32)}-${spans[1]!.spanId}-01`);
  });

  it("begins a new trace where the parent is malformed", async () => {
    const tracing = await startTracing("edge", { endpoint, share: 1 });
    for (const parent of ["garbage", `00-${"0".repeat(32)}-${"b".repeat(16)}-01`, undefined]) {
      const span = tracing.startSpan("frame", { parent });
      expect(span.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      span.end();
    }
    await tracing.shutdown();
    const ids = received.flatMap(({ body }) => body.resourceSpans[0]!.scopeSpans[0]!.spans.map((span) => span.traceId));
    expect(new Set(ids).size).toBe(3);
  });

  it("passes a parent on without a collector, and sends nothing", async () => {
    const tracing = await startTracing("edge", { endpoint: undefined, share: 1 });
    const span = tracing.startSpan("queue", { parent: remote });
    expect(tracing.startSpan("batch", { parent: span })).toMatchObject({
      traceparent: remote,
      traceId: "a".repeat(32),
    });
    expect(tracing.startSpan("frame").traceparent).toBeUndefined();
    span.end();
    await tracing.shutdown();
    expect(received).toEqual([]);
  });

  it("makes a share of the traces, whole ones, and leaves no mark of the others", async () => {
    const tracing = await startTracing("edge", { endpoint, share: 0.25 });
    const frames = Array.from({ length: 400 }, () => tracing.startSpan("frame"));
    for (const frame of frames) {
      const child = tracing.startSpan("encode", { parent: frame });
      expect(child.traceId).toBe(frame.traceId);
      child.end();
      frame.end();
    }
    await tracing.shutdown();
    const made = frames.filter(({ traceparent }) => traceparent !== undefined).length;
    expect(Math.abs(made - 100)).toBeLessThan(50);
    const spans = received.flatMap(({ body }) => body.resourceSpans.flatMap((one) => one.scopeSpans[0]!.spans));
    expect(spans).toHaveLength(2 * made);
  });

  it("follows whoever began the trace: what was chosen there is made here, and nothing else", async () => {
    const tracing = await startTracing("inference", { endpoint, share: 0 });
    expect(tracing.startSpan("request", { parent: remote }).traceId).toBe("a".repeat(32));
    expect(tracing.startSpan("request", { parent: remote.replace(/01$/, "00") }).traceId).toBeUndefined();
    expect(tracing.startSpan("request").traceId).toBeUndefined();
    await tracing.shutdown();
  });

  it("begins a span when it is told that it began", async () => {
    const tracing = await startTracing("edge", { endpoint, share: 1 });
    tracing.startSpan("frame", { startMs: 1_700_000_000_123 }).end();
    await tracing.shutdown();
    const { startTimeUnixNano } = received[0]!.body.resourceSpans[0]!.scopeSpans[0]!.spans[0]!;
    expect(startTimeUnixNano).toBe("1700000000123000000");
  });

  it("goes on when the collector is gone, and says so", async () => {
    const errors: Error[] = [];
    const tracing = await startTracing("edge", {
      endpoint: "http://127.0.0.1:1",
      share: 1,
      onError: (error) => errors.push(error),
    });
    tracing.startSpan("frame").end();
    await expect(tracing.shutdown()).resolves.toBeUndefined();
    expect(errors).toMatchObject([{ message: expect.stringContaining("ECONNREFUSED") }]);
  });
});
