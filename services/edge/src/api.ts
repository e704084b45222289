import type { ServerResponse } from "node:http";
import type { Heartbeat } from "@sluice/contracts";
import { createHttp, type Http, type Reply } from "@sluice/observability";
import { webAssets } from "@sluice/web";
import type { Running, Shared } from "./device.ts";

/** Pages of other origins (the console) may read what this device shows. */
const anyOrigin = { "access-control-allow-origin": "*", "access-control-expose-headers": "x-frame" };

type Why = { Params: { stream: string; frame: string } };
type Listen = { Querystring: { stream?: string } };
type App = Http["app"];

/** Serves a device's page, its health and what it knows; returns once it listens. */
export async function serveDevice(
  shared: Shared,
  streams: readonly Running[],
  report: () => Heartbeat,
): Promise<{ url: string; close(): Promise<void> }> {
  const { metrics, logger, config } = shared;
  const http = createHttp({ metrics, logger, ready: () => readiness(shared, streams) });
  http.app.addHook("onSend", async (_, reply) => void reply.headers(anyOrigin));
  http.app.get("/api/streams", () => report());
  serveWhy(http.app, streams);
  serveLive(http.app, streams);
  serveEvents(http.app, shared, streams);
  for (const { path, type, body } of webAssets("edge")) http.app.get(path, (_, reply) => reply.type(type).send(body));
  const url = await http.listen(config.http.host, config.http.port);
  return { url, close: () => http.close() };
}

/** Ready means that every stream has begun; a camera that fails later is a matter of its own state. */
function readiness({ config, state }: Shared, streams: readonly Running[]) {
  const starting = streams.filter((stream) => stream.state().state === "starting").map((stream) => stream.name);
  const memory = state.problem?.message ?? (config.state ? "durable" : "in memory only");
  return { ok: starting.length === 0, detail: { starting, state: memory } };
}

function serveWhy(app: App, streams: readonly Running[]): void {
  app.get<Why>("/api/why/:stream/:frame", (request, reply) => {
    const { stream, frame } = request.params;
    const known = streams.find((s) => s.name === stream)?.recent.of(Number(frame));
    if (!known) return notFound(reply, `frame ${frame} of stream ${stream}`);
    const { decision, result, correction } = known;
    return { ...decision, result, ...(correction && { correction }) };
  });
}

function serveLive(app: App, streams: readonly Running[]): void {
  for (const { name, live } of streams) {
    app.get(`/api/live/${name}.jpg`, (_, reply) => {
      const picture = live.snapshot();
      if (!picture) return notFound(reply, `a picture of stream ${name} yet`);
      return reply
        .type("image/jpeg")
        .header("x-frame", picture.index)
        .header("cache-control", "no-store")
        .send(picture.data);
    });
    app.get(`/api/live/${name}.mjpeg`, (_, reply) => keepOpen(reply, (raw) => live.watch(raw, anyOrigin)));
  }
}

function serveEvents(app: App, { events, telemetry }: Shared, streams: readonly Running[]): void {
  app.get<Listen>("/api/events", (request, reply) => {
    const { stream } = request.query;
    if (stream !== undefined && !streams.some((s) => s.name === stream)) return notFound(reply, `stream ${stream}`);
    return keepOpen(reply, (raw) => events.listen(raw, anyOrigin, stream, JSON.stringify(telemetry.history())));
  });
}

function notFound(reply: Pick<Reply, "code">, what: string) {
  const cure = "GET /api/streams lists the streams; only recent frames are remembered.";
  return reply.code(404).send({ error: { code: "not-found", message: `there is no ${what}`, cure } });
}

/** Hands the response over to an endless sender, or says that there are watchers enough. */
function keepOpen(reply: Pick<Reply, "raw" | "code" | "hijack">, take: (raw: ServerResponse) => boolean) {
  if (!take(reply.raw)) {
    const cure = "Close another page that shows this device.";
    return reply.code(503).send({ error: { code: "overloaded", message: "too many are watching already", cure } });
  }
  return reply.hijack();
}
