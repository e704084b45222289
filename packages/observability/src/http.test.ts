import { connect } from "node:net";
import { SluiceError } from "@sluice/contracts";
import { until } from "@sluice/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttp, type Http } from "./http.ts";
import { createLogger } from "./logger.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

let http: Http;
let url: string;
let metrics: Metrics;
let missing: string | undefined;
const lines: string[] = [];

beforeEach(async () => {
  lines.length = 0;
  missing = undefined;
  metrics = createMetrics();
  const logger = createLogger("test", "info", { write: (line) => void lines.push(line) });
  http = createHttp({ metrics, logger, ready: () => ({ ok: !missing, detail: missing ? { missing } : {} }) });
  http.app.get("/full", () => {
    throw new SluiceError("overloaded", "the queue is full");
  });
  http.app.get("/bug", () => {
    throw new Error("the secret of the bug");
  });
  http.app.post("/echo", (request) => request.body);
  http.app.get("/live", (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/plain" });
    reply.raw.write("frame\n");
  });
  url = await http.listen("127.0.0.1", 0);
});
afterEach(() => http.close());

async function get(path: string, init?: RequestInit) {
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as unknown };
}

const post = (body: string) => get("/echo", { method: "POST", body, headers: { "content-type": "application/json" } });

describe("the HTTP side", () => {
  it("says that it lives, and whether it can work", async () => {
    expect(await get("/healthz")).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect(await get("/readyz")).toMatchObject({ status: 200, text: '{"ok":true}' });
    missing = "model";
    expect(await get("/readyz")).toMatchObject({ status: 503, text: '{"ok":false,"missing":"model"}' });
    expect((await get("/healthz")).status).toBe(200);
  });

  it("serves the metrics as OpenMetrics", async () => {
    metrics.inc("sluice_edge_frames_total", { stream: "gate" });
    const answer = await get("/metrics");
    expect(answer.headers.get("content-type")).toContain("application/openmetrics-text");
    expect(answer.text).toContain('sluice_edge_frames_total{stream="gate"} 1');
  });

  it("turns errors of the catalogue into JSON with code, message and cure", async () => {
    const answer = await get("/full");
    expect(answer.status).toBe(429);
    expect(answer.json()).toEqual({
      error: { code: "overloaded", message: "the queue is full", cure: expect.stringContaining("replicas") },
    });
    const none = await get("/no/such?thing");
    expect(none.status).toBe(404);
    expect(none.json()).toMatchObject({ error: { code: "not-found", message: expect.stringContaining("/no/such") } });
  });

  it("keeps a bug's message to the log", async () => {
    const answer = await get("/bug");
    expect(answer).toMatchObject({ status: 500, text: expect.not.stringContaining("secret") });
    expect(answer.json()).toMatchObject({ error: { code: "internal" } });
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "error", url: "/bug", msg: "the secret of the bug" });
  });

  it("refuses bodies that are too large or no JSON", async () => {
    expect((await post('{"a":1}')).text).toBe('{"a":1}');
    expect(await post(`"${"x".repeat(5 << 20)}"`)).toMatchObject({
      status: 413,
      text: expect.stringContaining("too-large"),
    });
    expect(await post("{")).toMatchObject({ status: 400, text: expect.stringContaining("bad-request") });
  });

  it("allows its own scripts and other devices' pictures, and never sends a browser to HTTPS", async () => {
    for (const path of ["/healthz", "/no/such"]) {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("script-src 'self';style-src 'self';img-src 'self' data: blob: http: https:;");
      expect(policy).toContain("connect-src 'self' http: https:");
      expect(policy).not.toMatch(/unsafe|upgrade-insecure/);
      expect(headers.get("strict-transport-security")).toBeNull();
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("names the cure when the port is taken", async () => {
    const other = createHttp({ metrics, logger: createLogger("x", "silent"), ready: () => ({ ok: true, detail: {} }) });
    await expect(other.listen("127.0.0.1", Number(new URL(url).port))).rejects.toMatchObject({ code: "port-taken" });
    await other.close();
  });

  it("closes at once while a live view is open", async () => {
    const response = await fetch(`${url}/live`);
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("frame\n");
    const ended = reader.read().then(
      ({ done }) => done,
      () => true,
    );
    await http.close();
    expect(await ended).toBe(true);
  });

  it("drops connections beyond its bound", async () => {
    const { port } = new URL(url);
    const sockets = Array.from({ length: 300 }, () => connect(Number(port), "127.0.0.1").on("error", () => {}));
    await until(() => sockets.filter((socket) => socket.closed).length >= 300 - 256);
    for (const socket of sockets) socket.destroy();
    await until(() => get("/healthz"));
    expect((await get("/healthz")).status).toBe(200);
  });
});
