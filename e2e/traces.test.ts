import { join } from "node:path";
import { type NatsServer, repoRoot, startNats, type TempDir, tempDir, until } from "@sluice/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CollectedSpan, Collector } from "./collector.builder.ts";
import { type Program, report, startProgram } from "./program.builder.ts";

/** Each stage of an offload, by the stage that it belongs to. */
const stages: Readonly<Record<string, string>> = {
  "sluice-edge infer": "sluice-edge frame",
  "sluice-edge encode": "sluice-edge frame",
  "sluice-edge offload": "sluice-edge frame",
  "sluice-inference request": "sluice-edge offload",
  "sluice-inference queue": "sluice-inference request",
  "sluice-inference decode": "sluice-inference request",
  "sluice-inference batch": "sluice-inference request",
  "sluice-inference compute": "sluice-inference request",
  "sluice-edge fuse": "sluice-edge frame",
};

let dir: TempDir;
let nats: NatsServer;
let collector: Collector;
let programs: Program[];

beforeEach(async () => {
  dir = tempDir();
  [nats, collector] = await Promise.all([startNats(), Collector.start()]);
  programs = [];
});
afterEach(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  await collector[Symbol.asyncDispose]();
  await nats.stop();
  await dir.remove();
});

/** The cloud service and a device on a clip, as processes, of which one share of the frames is traced. */
async function start(share: number): Promise<{ edge: Program; inference: Program }> {
  const models = join(repoRoot, "models");
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: String(share) };
  const http = { port: 0 };
  const served = { manifest: join(models, "street-cloud.yaml") };
  const cloud = { replica: "one", http, nats: { servers: [nats.url] }, models: [served] };
  const device = {
    device: "gate",
    http,
    nats: { uplink: { servers: [nats.url] } },
    model: join(models, "street-edge.yaml"),
    offload: { model: "street-cloud", budget: { rate: "500kB/s" }, decision: { policy: "periodic" } },
    streams: [{ name: "main", source: `file:${join(models, "clips/gate.mp4")}`, loop: true }],
  };
  const inference = await startProgram("inference", dir.path, cloud, { env });
  const edge = await startProgram("edge", dir.path, device, { env });
  programs.push(edge, inference);
  return { edge, inference };
}

const nameOf = ({ service, name }: CollectedSpan) => `${service} ${name}`;
const isWhole = (spans: readonly CollectedSpan[]) =>
  ["sluice-edge frame", ...Object.keys(stages)].every((name) => spans.some((span) => nameOf(span) === name));

test("one offload is one trace, from camera to correction, over both programs", async () => {
  const { edge, inference } = await start(1);
  const spans = await until(() => [...collector.traces().values()].find(isWhole), {
    timeoutMs: 60_000,
    what: "a whole trace",
  });
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parents = Object.fromEntries(
    spans
      .filter(({ parentSpanId }) => parentSpanId)
      .map((span) => [nameOf(span), nameOf(byId.get(span.parentSpanId!)!)]),
  );
  expect(parents).toEqual(stages);
  expect(spans).toHaveLength(Object.keys(stages).length + 1);

  const times = (name: string) => {
    const { startTimeUnixNano, endTimeUnixNano } = spans.find((span) => span.name === name)!;
    return { startNs: BigInt(startTimeUnixNano), endNs: BigInt(endTimeUnixNano) };
  };
  const order = ["infer", "encode", "offload", "queue", "decode", "compute", "fuse"].map((name) => times(name).startNs);
  expect(order).toEqual(order.toSorted((a, b) => Number(a - b)));
  expect(times("frame").startNs).toBeLessThan(times("infer").startNs);
  // A span that begins at a given time also ends by a clock of whole milliseconds.
  const millisecond = 1_000_000n;
  expect(times("frame").endNs / millisecond).toBeGreaterThanOrEqual(times("fuse").endNs / millisecond);

  for (const [program, metric] of [
    [edge, "sluice_edge_correction_seconds_bucket"],
    [inference, "sluice_inference_queue_seconds_bucket"],
  ] as const) {
    const text = await (await fetch(`${program.url}/metrics`)).text();
    const line = text.split("\n").find((one) => one.startsWith(metric) && one.includes("trace_id"));
    expect(line, `an exemplar of ${metric}`).toMatch(/ # \{trace_id="[0-9a-f]{32}"\}/);
  }
});

test("frames that are not drawn leave no mark: no span, no exemplar", async () => {
  const { edge, inference } = await start(0);
  await until(async () => ((await report(edge)).streams[0]!.offloads.answered ?? 0) > 3, {
    timeoutMs: 60_000,
    what: "answers",
  });
  for (const { url } of [edge, inference])
    expect(await (await fetch(`${url}/metrics`)).text()).not.toContain("trace_id");
  expect(await Promise.all([edge.end("SIGTERM"), inference.end("SIGTERM")])).toEqual([0, 0]);
  expect(collector.spans).toEqual([]);
});
