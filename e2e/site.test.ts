import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  type Kube,
  type NatsServer,
  repoRoot,
  startKube,
  startNats,
  type TempDir,
  tempDir,
  until,
} from "@sluice/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Program, report, sample, startProgram } from "./program.builder.ts";

/**
 * Every program as its users run it: a real API server, and a broker with the users and permissions that the hub's chart
 * gives it, of which each program has its own.
 */
const objects = `/apis/sluice.dev/v1alpha1/namespaces/default`;
const models = join(repoRoot, "models");

let dir: TempDir;
let broker: { config: string; passwords: Record<string, string> };
let nats: NatsServer;
let kube: Kube;
const programs: Program[] = [];

/** Starts a program as a user of the broker. */
const start = async (service: string, user: string, config: object, main?: string) => {
  const program = await startProgram(service, dir.path, config, {
    ...(main !== undefined && { main: join(repoRoot, main) }),
    env: { SLUICE_NATS_USER: user, SLUICE_NATS_TOKEN: broker.passwords[user]! },
  });
  programs.push(program);
  return program;
};

/** What the chart's Secret holds for a fleet of one device, with ports and folders that are free here. */
function brokerOfChart(folder: string): typeof broker {
  const words = ["template", "hub", join(repoRoot, "charts/sluice"), "--set", "nats.devices={cam-a}"];
  const options = ["--show-only", "templates/nats.yaml"];
  const rendered = execFileSync(join(repoRoot, ".sluice/bin/helm"), [...words, ...options], { encoding: "utf8" });
  const passwords = [...rendered.matchAll(/^ {2}([\w-]+): "(\w{32})"$/gm)].map((hit) => [hit[1]!, hit[2]!] as const);
  const config = /nats\.conf: \|\n((?: {4}.*\n)+)/.exec(rendered)![1]!;
  const free = config.replace("http_port: 8222", "http_port: -1").replace("port: 4222", "port: -1");
  return {
    config: free.replace("/data", folder).replace("$POD_NAME", "hub-0"),
    passwords: Object.fromEntries(passwords),
  };
}

const create = async (plural: string, kind: string, name: string, spec: object) => {
  const object = { apiVersion: "sluice.dev/v1alpha1", kind, metadata: { name }, spec };
  expect((await kube.request("POST", `${objects}/${plural}`, object)).status).toBe(201);
};

beforeAll(async () => {
  dir = tempDir();
  broker = brokerOfChart(join(dir.path, "broker"));
  nats = await startNats({ config: broker.config });
  kube = await startKube();
});
afterAll(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  await kube?.stop();
  await nats?.stop();
  await dir.remove();
});

it("a policy from kubectl grants a device its bytes, and the device's frames come back corrected", async () => {
  const http = { port: 0 };
  const servers = [nats.url];
  const operator = await start(
    "operator",
    "operator",
    { namespace: "default", kubeconfig: kube.kubeconfig, http, nats: { servers } },
    "operators/offload/src/main.ts",
  );
  const inference = await start("inference", "inference", {
    replica: "replica-1",
    http,
    nats: { servers },
    models: [{ manifest: join(models, "street-cloud.yaml") }],
  });
  const console = await start("console", "console", { http, nats: { servers } });
  const edge = await start("edge", "cam-a", {
    device: "cam-a",
    http,
    nats: { uplink: { servers } },
    model: join(models, "street-edge.yaml"),
    state: join(dir.path, "cam-a"),
    control: "operator",
    offload: { model: "street-cloud", budget: { rate: "1kB/s" } },
    streams: [{ name: "main", source: `file:${join(models, "clips/gate.mp4")}`, loop: true }],
  });

  const manifest = { task: "detection", family: "peaks", input: { width: 640, height: 384 } };
  const file = { uri: "https://models.example/street-cloud.onnx", sha256: "0".repeat(64), classes: ["person"] };
  await create("inferencemodels", "InferenceModel", "street-cloud", { ...manifest, ...file });
  await create("inferencebackends", "InferenceBackend", "street", { modelRef: { name: "street-cloud" } });
  // The same service as somebody else's: it is asked by the Open Inference Protocol whether it has the model.
  const external = (model: string) => ({ modelRef: { name: "street-cloud" }, external: { url: inference.url, model } });
  await create("inferencebackends", "InferenceBackend", "theirs", external("street-cloud"));
  await create("inferencebackends", "InferenceBackend", "strange", external("unheard-of"));
  await create("edgedevices", "EdgeDevice", "cam-a", {});
  await create("offloadpolicies", "OffloadPolicy", "gate", {
    backendRef: { name: "street" },
    budget: { rate: "200kB/s" },
    decision: { policy: "periodic" },
  });

  const patience = { timeoutMs: 60_000 };
  await until(async () => ((await report(edge)).streams[0]!.offloads.answered ?? 0) > 3, {
    ...patience,
    what: "frames corrected under the policy's lease",
  });
  const { budget } = await report(edge);
  expect(budget.bytesPerSecond).toBeGreaterThan(100_000);
  expect(budget.spentBytes).toBeLessThanOrEqual((200_000 * budget.elapsedMs) / 1_000);
  const updated = async () =>
    (await kube.request("GET", `${objects}/offloadpolicies/gate`)).body.status?.devices?.updated;
  await until(async () => (await updated()) === 1, { ...patience, what: "the policy's status to count the device" });
  await until(async () => (await sample(console, "sluice_console_devices")) === 1, { ...patience, what: "the page" });
  expect((await fetch(`${operator.url}/readyz`)).ok).toBe(true);
  await kube.kubectl(["wait", "ib/theirs", "--for=condition=Ready", "--timeout=60s"]);
  const ready = "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].reason}";
  expect((await kube.kubectl(["get", "ib", "strange", "theirs", "-o", ready])).stdout).toBe("Unreachable Succeeded");
});
