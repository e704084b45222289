import type { Heartbeat } from "@sluice/contracts";
import { serveDevice } from "./api.ts";
import { type EdgeOptions, openShared, openStream, type Running, type Shared } from "./device.ts";
import { setGauges } from "./gauges.ts";
import { heartbeat } from "./heartbeat.ts";
import { keepMemory } from "./memory.ts";

/** How often a device says that it is alive. */
const heartbeatMs = 2_000;

/** A running device. */
export interface Edge {
  /** Address of its page. */
  readonly url: string;
  /** Resolves when every source has ended for good, which cameras and loops never do; rejects on a bug. */
  readonly done: Promise<void>;
  /** The device's state as it tells it to others. */
  report(): Heartbeat;
  /** Reads the model's manifest again; where the new model is no good the old one stays, and this throws. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a device: opens its model, its links and its streams, and serves its page. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const shared = await openShared(options);
  const { streams } = shared;
  for (const stream of shared.config.streams) streams.push(openStream(shared, stream));
  routeEnds(shared, streams);

  let url: string | null = shared.config.http.url ?? null;
  const vitals = { ...shared, startedAtMs: shared.clock.wallMs() };
  const report = () => heartbeat({ ...vitals, url });
  const http = await serveDevice(shared, streams, report).catch(async (error: unknown) => {
    await closeAll(shared, streams);
    throw error;
  });
  url ??= http.url;
  const stopBeating = beat(shared, report);
  const rememberAll = keepMemory(shared, streams);
  const done = Promise.all(streams.map((stream) => stream.pipeline.run())).then(() => undefined);
  return {
    url: http.url,
    done,
    report,
    reload: () => shared.model.swap(shared.config.model),
    async close() {
      stopBeating();
      await Promise.all(streams.map((stream) => stream.capture.close()));
      await done.catch(() => undefined);
      await http.close();
      rememberAll();
      await closeAll(shared, streams);
    },
  };
}

/** Each offload's end goes to the stream that sent it. */
function routeEnds({ client, metrics }: Shared, streams: readonly Running[]): void {
  const byName = new Map(streams.map((stream) => [stream.name, stream]));
  client.onEnd((end) => {
    metrics.inc("sluice_edge_uplink_bytes_total", { direction: "down", kind: "reply" }, end.bytesDown);
    byName.get(end.stream)?.pipeline.ended(end);
  });
}

function beat(shared: Shared, report: () => Heartbeat): () => void {
  const { clock, telemetry, metrics } = shared;
  let cancel = () => {};
  const once = () => {
    const now = report();
    telemetry.heartbeat(now);
    setGauges(metrics, now);
    cancel = clock.after(heartbeatMs, once);
  };
  once();
  return () => cancel();
}

async function closeAll(shared: Shared, streams: readonly Running[]): Promise<void> {
  for (const stream of streams) stream.live.close();
  shared.events.close();
  await shared.control?.close();
  await Promise.all(streams.map((stream) => stream.capture.close()));
  shared.client.close();
  shared.backends.stop();
  await Promise.all([shared.link.close(), shared.site?.close(), shared.model.close()]);
  await Promise.all([shared.state.close(), shared.tracing.shutdown()]);
}
