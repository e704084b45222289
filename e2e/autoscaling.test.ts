import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Kube,
  kedaFiles,
  kedaReason,
  type NatsServer,
  type Prometheus,
  prometheusReason,
  promtool,
  type Relay,
  repoRoot,
  startKeda,
  startKube,
  startNats,
  startPrometheus,
  startRelay,
  type TempDir,
  tempDir,
  until,
} from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Kubelet } from "./kubelet.builder.ts";
import { Load } from "./load.builder.ts";
import { type Program, report, sample, startProgram } from "./program.builder.ts";

/**
 * Autoscaling with everything real but the container runtime: KEDA, the API server with its autoscaler, Prometheus, the
 * operator, a camera, and inference processes in place of pods.
 */
const patience = { timeoutMs: 60_000 };
const most = 3;
const models = join(repoRoot, "models");
const group = "/apis/sluice.dev/v1alpha1/namespaces/default";

let dir: TempDir;
let nats: NatsServer;
let kube: Kube;
let keda: AsyncDisposable;
let prometheus: Prometheus;
let toPrometheus: Relay;
let operator: Program;
let kubelet: Kubelet;
let load: Load;

const reason = kedaFiles ? prometheusReason : kedaReason;

describe.skipIf(!kedaFiles || !promtool)(`a backend scaled by KEDA (${reason})`, () => {
  beforeAll(async () => {
    dir = tempDir();
    const targets = join(dir.path, "targets.json");
    writeFileSync(targets, "[]");
    [nats, kube, prometheus] = await Promise.all([
      startNats({ jetStream: true }),
      startKube({ controllerManager: true, aggregation: true }),
      startPrometheus(scraping(targets)),
    ]);
    toPrometheus = await startRelay(Number(new URL(prometheus.url).port));
    [keda, operator, load] = await Promise.all([
      startKeda(kube),
      startOperator(),
      Load.start({ url: nats.url, model: "street-cloud" }),
    ]);
    writeFileSync(targets, JSON.stringify([{ targets: [new URL(operator.url).host] }]));
    kubelet = await Kubelet.start(kube);
    await createBackend();
  });

  afterAll(async () => {
    await load?.[Symbol.asyncDispose]();
    await kubelet?.[Symbol.asyncDispose]();
    await operator?.[Symbol.asyncDispose]();
    await keda?.[Symbol.asyncDispose]();
    await toPrometheus?.close();
    await prometheus?.[Symbol.asyncDispose]();
    await kube?.stop();
    await nats?.stop();
    await dir?.remove();
  });

  it("has no replica while nobody asks", async () => {
    const known = async () => (await prometheus.query("sluice_operator_backend_replicas_needed")).length === 1;
    await until(known, { ...patience, what: "the need in Prometheus" });
    await kube.request("PATCH", `${group}/inferencebackends/street`, { spec: { replicas: null } });
    await until(async () => (await condition("Ready")) === "True", {
      ...patience,
      what: "a ScaledObject that is Ready",
    });
    await replicasAre(0);
    expect(kubelet.problem).toBeUndefined();
  });

  it("wakes for a camera that finds nobody, which is then answered", async () => {
    const camera = await startCamera();
    const startMs = performance.now();
    await replicasAre(1);
    const scaledMs = performance.now() - startMs;
    const { offloads } = await until(
      async () => {
        const [stream] = (await report(camera)).streams;
        return (stream!.offloads.answered ?? 0) > 2 && stream;
      },
      { ...patience, what: "answers" },
    );
    const answeredMs = performance.now() - startMs;
    process.stdout.write(`0 to 1: ${scaledMs.toFixed(0)} ms, answered after ${answeredMs.toFixed(0)} ms\n`);
    expect(offloads.refused).toBeGreaterThan(0);
    expect(await camera.end("SIGTERM")).toBe(0);
  });

  it("gets as many replicas as the load needs", async () => {
    await loadFor(most);
    expect(load.outcomes.answered).toBeGreaterThan(0);
  });

  it("keeps its replicas while Prometheus cannot be asked, though nobody asks any more", async () => {
    toPrometheus.freeze(true);
    toPrometheus.cut();
    load.rate = 0;
    await until(async () => (await sample(operator, "sluice_operator_backend_replicas_needed")) <= 1, {
      ...patience,
      what: "a load that needs one at most",
    });
    await until(async () => (await condition("Fallback")) === "True", { ...patience, what: "KEDA to have noticed" });
    expect([await replicas(), kubelet.count]).toEqual([most, most]);
  });

  it("gives replicas up when it is known again that they are not needed, each after it answered what it had", async () => {
    load.rate = 1;
    const { answered = 0 } = load.outcomes;
    toPrometheus.freeze(false);
    toPrometheus.cut();
    await replicasAre(1);
    await until(() => kubelet.ends.length >= most - 1, { ...patience, what: "the ends of the others" });
    await until(() => (load.outcomes.answered ?? 0) > answered, { ...patience, what: "an answer of the last" });
    expect(kubelet.ends).toEqual(kubelet.ends.map(() => 0));
    expect(load.outcomes.lost ?? 0).toBe(0);
    expect(kubelet.problem).toBeUndefined();
  });

  it("keeps its replicas while no operator says what is needed", async () => {
    await loadFor(most);
    await operator.end("SIGKILL");
    load.rate = 0;
    await until(async () => (await condition("Fallback")) === "True", { ...patience, what: "KEDA to have noticed" });
    expect([await replicas(), kubelet.count]).toEqual([most, most]);
  });
});

/** Lets requests come faster and faster until they need so many replicas, since how many that takes depends on the machine. */
async function loadFor(count: number): Promise<void> {
  const grown = async () => {
    const needed = await sample(operator, "sluice_operator_backend_replicas_needed");
    if (needed <= count) load.rate = Math.min(60, (load.rate + 0.2) * 1.02);
    return needed > count - 0.8;
  };
  await until(grown, { ...patience, what: `a load that needs ${count} replicas` });
  const before = await replicas();
  const neededMs = performance.now();
  await until(async () => (await replicas()) === count, { ...patience, what: `${count} replicas wanted` });
  process.stdout.write(`${before} to ${count}: ${(performance.now() - neededMs).toFixed(0)} ms after the need\n`);
  await replicasAre(count);
}

const scraping = (targets: string) =>
  JSON.stringify({
    global: { scrape_interval: "1s" },
    scrape_configs: [{ job_name: "operator", file_sd_configs: [{ files: [targets], refresh_interval: "1s" }] }],
  });

const startOperator = () =>
  startProgram(
    "operator",
    dir.path,
    {
      namespace: "default",
      kubeconfig: kube.kubeconfig,
      http: { port: 0 },
      nats: { servers: [nats.url] },
      prometheus: `http://127.0.0.1:${toPrometheus.port}`,
    },
    { main: join(repoRoot, "operators/offload/src/main.ts") },
  );

/** A camera that sends every tenth frame, whether it is worth it or not. */
const startCamera = () =>
  startProgram("edge", dir.path, {
    device: "gate",
    http: { port: 0 },
    nats: { uplink: { servers: [nats.url] } },
    model: join(models, "street-edge.yaml"),
    offload: { model: "street-cloud", budget: { rate: "500kB/s" }, decision: { policy: "periodic" } },
    streams: [{ name: "main", source: `file:${join(models, "clips/gate.mp4")}`, loop: true }],
  });

async function createBackend(): Promise<void> {
  const text = readFileSync(join(models, "street-cloud.yaml"), "utf8");
  const manifest = text.replace("file:street-cloud.onnx", `file://${join(models, "street-cloud.onnx")}`);
  const { code, stderr } = await kube.kubectl(["apply", "-f", "-"], { input: manifest });
  expect(stderr + code).toBe("0");
  const scaling = { min: 0, max: most, targetQueueDelay: "50ms", cooldown: "2s" };
  const spec = { modelRef: { name: "street-cloud" }, replicas: 0, scaling };
  const object = { apiVersion: "sluice.dev/v1alpha1", kind: "InferenceBackend", metadata: { name: "street" }, spec };
  expect((await kube.request("POST", `${group}/inferencebackends`, object)).status).toBe(201);
}

/** Replicas that the autoscaler wants. */
async function replicas(): Promise<number | undefined> {
  const { body } = await kube.request("GET", "/apis/apps/v1/namespaces/default/deployments/street-inference");
  return body.spec?.replicas;
}

async function replicasAre(count: number): Promise<void> {
  await until(async () => (await replicas()) === count && kubelet.count === count, {
    ...patience,
    what: `${count} replicas`,
  });
}

async function condition(type: string): Promise<string | undefined> {
  const path = "/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects/street-inference";
  const { body } = await kube.request("GET", path);
  return (body.status?.conditions as { type: string; status: string }[] | undefined)?.find((one) => one.type === type)
    ?.status;
}
