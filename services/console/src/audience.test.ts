import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ManualClock } from "@sluice/foundation";
import { createMetrics } from "@sluice/observability";
import { until } from "@sluice/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Audience, pagesMax } from "./audience.ts";

const flushMs = 80;
const clock = new ManualClock();
let metrics: ReturnType<typeof createMetrics>;
let audience: Audience;
let server: Server;
let admitted: ServerResponse[];

beforeEach(async () => {
  metrics = createMetrics();
  audience = new Audience(clock, metrics);
  admitted = [];
  server = createServer((_, response) => {
    if (audience.admit(response, { devices: [] })) admitted.push(response);
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  audience.close();
  server.closeAllConnections();
  server.close();
});

function open(): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", agent: false }, (response) => {
      response.on("error", () => {});
      resolve(response);
    })
      .on("error", reject)
      .end();
  });
}

const waits = async () => Number(/waits_total (\d+)/.exec(await metrics.render())?.[1] ?? 0);

test("results are thinned to the newest, decisions and corrections all arrive", async () => {
  const page = await open();
  let text = "";
  page.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  for (let frame = 0; frame < 5; frame++) {
    audience.publish("result", "gate", { frame });
    audience.publish("decision", "gate", { decided: frame });
  }
  audience.publish("correction", "gate", { corrected: 3 });
  clock.advance(flushMs);
  await until(() => text.includes("corrected"));
  expect(text.startsWith('event: fleet\ndata: {"devices":[]}\n\n')).toBe(true);
  expect(text.match(/"frame":\d/g)).toEqual(['"frame":4']);
  expect(text.match(/"decided":\d/g)).toHaveLength(5);
  expect(text).toContain('event: result\ndata: {"corrected":3}');
});

test("for a page that does not read, waiting messages are replaced, and nothing piles up", async () => {
  const page = await open();
  page.pause();
  const padding = "x".repeat(1 << 20);
  const push = () => {
    audience.publish("heartbeat", "gate", { padding });
    clock.advance(flushMs);
  };
  await until(async () => (push(), (await waits()) > 0), { what: "a page that is behind" });
  const behindBytes = admitted[0]!.writableLength;
  for (let i = 0; i < 200; i++) push();
  expect(admitted[0]!.writableLength).toBeLessThanOrEqual(behindBytes);
  expect(await waits()).toBeGreaterThan(200);
});

test("pages beyond the bound are turned away, and a place that is left is free again", async () => {
  const pages = await Promise.all(Array.from({ length: pagesMax }, open));
  expect((await open()).statusCode).toBe(503);
  pages[0]!.destroy();
  await until(async () => (await open()).statusCode === 200);
});
