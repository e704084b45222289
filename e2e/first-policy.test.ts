import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mappingSchema, readDocument } from "@sluice/contracts";
import { parseRate } from "@sluice/foundation";
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
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Program, report, startProgram } from "./program.builder.ts";

/** The steps of docs/tutorials/first-policy.md, with the files that it names. */
const main = join(repoRoot, "operators/offload/src/main.ts");
const samples = join(repoRoot, "deploy/samples/first-policy");
const patience = { timeoutMs: 60_000 };

let kube: Kube;
let nats: NatsServer;
let dir: TempDir;
let cameras: Program[] = [];
let operator: Program | undefined;

const file = (name: string) =>
  readDocument(readFileSync(join(samples, name), "utf8"), mappingSchema, name, "config-invalid");

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kube.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}
function parsedRate(text: string): number {
  const rate = parseRate(text);
  if (!rate.ok) throw new Error(rate.error);
  return rate.value;
}
const field = (path: string) => kubectl("get", "olp", "first", "-o", `jsonpath={${path}}`);
const phase = () => field(".status.rollout.phase");
const policies = async () => Promise.all(cameras.map(async (each) => (await report(each)).policy?.revision));

async function camera(n: number): Promise<Program> {
  const servers = [nats.url];
  const written = file(`edge-${n}.yaml`);
  const [stream] = written["streams"] as { source: string }[];
  const clip = stream!.source.split("/").at(-1)!;
  return startProgram("edge", dir.path, {
    ...written,
    nats: { uplink: { servers }, site: { servers } },
    model: join(repoRoot, "models/street-edge.yaml"),
    state: join(dir.path, `camera-${n}`),
    streams: [{ ...stream, source: `file:${join(repoRoot, "models/clips", clip)}`, fps: 2 }],
  });
}

beforeAll(async () => {
  dir = tempDir();
  [kube, nats] = [await startKube(), await startNats({ jetStream: true })];
  const config = { ...file("operator.yaml"), kubeconfig: kube.kubeconfig, nats: { servers: [nats.url] } };
  operator = await startProgram("operator", dir.path, config, { main });
  cameras = [await camera(1), await camera(2)];
}, 240_000);
afterAll(async () => {
  for (const program of [...cameras, operator]) await program?.end("SIGKILL");
  await nats.stop();
  await kube.stop();
  await dir.remove();
});

test("two cameras are heard, and may send nothing before somebody gives them bytes", async () => {
  await kubectl("apply", "-f", join(samples, "objects.yaml"));
  await kubectl("wait", "ed/camera-1", "ed/camera-2", "--for=condition=Ready", "--timeout=60s");
  expect(await policies()).toEqual([undefined, undefined]);
}, 120_000);

test("a budget reaches one camera, and both when somebody says so", async () => {
  await kubectl("apply", "-f", join(samples, "policy.yaml"));
  await until(async () => (await phase()) === "AwaitingApproval", { ...patience, what: "the first wave" });
  expect((await policies()).filter(Boolean)).toHaveLength(1);
  await kubectl("annotate", "olp", "first", `sluice.dev/promote=${await field(".status.updateRevision")}/1`);
  await kubectl("wait", "olp/first", "--for=condition=Ready", "--timeout=60s");
  expect(new Set(await policies())).toEqual(new Set([await field(".status.currentRevision")]));
  // What kubectl shows of both is never of one moment, and never more than the budget all the same.
  const shown = async () => {
    const rates = await kubectl("get", "ed", "-o", "jsonpath={range .items[*]}{.status.lease.rate}{'\\n'}{end}");
    const bytes = rates.split("\n").flatMap((text) => (text === "" ? [] : [parsedRate(text)]));
    expect(bytes.reduce((sum, rate) => sum + rate, 0)).toBeLessThanOrEqual(25_000);
    return bytes;
  };
  const both = async () => (await shown()).filter((rate) => rate > 0).length === 2;
  await until(both, { ...patience, what: "the rates of both cameras" });
}, 180_000);

test("a model that no camera can load is taken back, with the reason", async () => {
  const stable = await field(".status.currentRevision");
  await kubectl("patch", "olp", "first", "--type=merge", "-p", '{"spec":{"edgeModelRef":{"name":"broken"}}}');
  await kubectl("wait", "olp/first", "--for=jsonpath={.status.rollout.phase}=RolledBack", "--timeout=60s");
  const message = await field(".status.rollout.message");
  expect(message).toContain("broken.onnx");
  expect(message).toMatch(/camera-[12]/);
  expect(await policies()).toEqual([stable, stable]);
}, 120_000);

test("putting it right is done at once, and a deleted policy takes its bytes back", async () => {
  await kubectl("patch", "olp", "first", "--type=json", "-p", '[{"op":"remove","path":"/spec/edgeModelRef"}]');
  await kubectl("wait", "olp/first", "--for=condition=Ready", "--timeout=60s");
  await kubectl("delete", "olp", "first", "--timeout=150s");
  await until(async () => (await policies()).every((revision) => revision === undefined), {
    ...patience,
    what: "none",
  });
  expect(await policies()).toEqual([undefined, undefined]);
}, 240_000);
