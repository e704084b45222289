import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { edgeConfigSchema, environmentSchema, inferenceConfigSchema } from "@sluice/contracts";
import { type Board, boards } from "@sluice/dashboards";
import { type Edge, startEdge } from "@sluice/edge";
import { type Inference, startInference } from "@sluice/inference";
import {
  type NatsServer,
  type Prometheus,
  prometheusReason,
  promtool,
  repoRoot,
  startNats,
  startPrometheus,
  type TempDir,
  tempDir,
  until,
} from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesIn } from "./names.ts";

/** Series of a device with one stream, beyond which ten thousand of them are too many for one Prometheus. */
const seriesOfDevice = 250;
const patience = { timeoutMs: 90_000 };
const environment = environmentSchema.parse({ SLUICE_LOG_LEVEL: "error" });
const model = (name: string) => join(repoRoot, "models", `street-${name}.yaml`);

let dir: TempDir;
let nats: NatsServer;
let edge: Edge;
let inference: Inference;
let prometheus: Prometheus;

/** A real device on a clip and a real cloud service, watched by a real Prometheus with the recording rules. */
describe.skipIf(!promtool)(`with a Prometheus (${prometheusReason})`, () => {
  beforeAll(async () => {
    dir = tempDir();
    nats = await startNats();
    const server = { servers: [nats.url] };
    const served = { replica: "one", http: { port: 0 }, nats: server, models: [{ manifest: model("cloud") }] };
    inference = await startInference(inferenceConfigSchema.parse(served), { baseDir: "/", environment });
    const config = edgeConfigSchema.parse({
      device: "gate",
      http: { port: 0 },
      nats: { uplink: server, site: server },
      model: model("edge"),
      state: join(dir.path, "state"),
      offload: { model: "street-cloud", budget: { rate: "40kB/s" }, audit: { share: "0.5" } },
      streams: [{ name: "camera", source: `file:${join(repoRoot, "models/clips/gate.mp4")}`, loop: true }],
    });
    edge = await startEdge({ config, environment });
    prometheus = await startPrometheus(configuration(dir.path, edge.url, inference.url));
  });

  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await edge?.close();
    await inference?.close();
    await nats?.stop();
    await dir?.remove();
  });

  test.each(boards.flatMap(questions))("$board: $title: $expr", { timeout: 120_000 }, async ({ expr, mayBeEmpty }) => {
    const samples = await until(async () => {
      const seen = await prometheus.query(filledIn(expr));
      return (mayBeEmpty || seen.some(({ value }) => Number.isFinite(value))) && seen;
    }, patience);
    for (const { value } of samples) expect(value).not.toBe(Number.POSITIVE_INFINITY);
  });

  test("the recorded sums agree with what the device says of itself", { timeout: 120_000 }, async () => {
    const { bytesPerSecond } = edge.report().budget;
    await until(async () => {
      const [budget] = await prometheus.query("job:sluice_budget_bytes:sum");
      return budget?.value === bytesPerSecond;
    }, patience);
    const [used] = await until(async () => {
      const seen = await prometheus.query("instance:sluice_budget_used:ratio5m");
      return seen.length > 0 && seen;
    }, patience);
    expect(used!.value).toBeGreaterThan(0);
  });

  test("a device has few enough series that ten thousand can be watched", async () => {
    await until(async () => (await prometheus.query('sluice_agreement_ratio{job="edge"}')).length > 0, patience);
    const [count] = await prometheus.query('count({job="edge", __name__=~"sluice_.+", instance!=""})');
    expect(count!.value).toBeGreaterThan(50);
    expect(count!.value).toBeLessThanOrEqual(seriesOfDevice);
  });
});

function configuration(folder: string, device: string, service: string): string {
  for (const file of ["recordings.yaml", "alerts.yaml"]) {
    const text = readFileSync(join(repoRoot, "deploy/alerts", file), "utf8");
    // Evaluated at every scrape of a test, not every half minute.
    writeFileSync(join(folder, file), text.replaceAll(/^ +interval: .*\n/gm, ""));
  }
  const job = (name: string, url: string) => ({
    job_name: name,
    static_configs: [{ targets: [new URL(url).host] }],
  });
  return JSON.stringify({
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [join(folder, "recordings.yaml"), join(folder, "alerts.yaml")],
    scrape_configs: [job("edge", device), job("inference", service)],
  });
}

/** Every query of a dashboard. The operator does not run here: its panels must be understood, and stay empty. */
function questions({ name, rows }: Board) {
  return rows
    .flatMap((row) => row.panels)
    .flatMap(({ title, quiet, queries }) =>
      queries.map(({ expr }) => {
        const isOperators = namesIn(expr).every((metric) => metric.startsWith("sluice_operator_"));
        return { board: name, title, expr, mayBeEmpty: quiet === true || isOperators };
      }),
    );
}

/** With what Grafana would put in. */
const filledIn = (expr: string): string =>
  expr.replaceAll(/\$(job|device|model)\b/g, ".+").replaceAll("$__rate_interval", "1m");
