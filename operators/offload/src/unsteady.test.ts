import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededPrng } from "@sluice/foundation";
import { type Fault, type FaultProxy, startFaultProxy, type TempDir, tempDir, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "./device.builder.ts";
import { Site } from "./site.builder.ts";

/** A real API server of which every third request fails for the operator: refused, cut off, or done without an answer. */
const failing = 1 / 3;
const prng = seededPrng(7);
const counts = { refused: 0, cut: 0, lost: 0 };
const unsteady: Fault = (_, answer) => {
  if (prng.next() >= failing) return false;
  const kind = (["refused", "cut", "lost"] as const)[Math.floor(3 * prng.next())]!;
  counts[kind]++;
  if (kind === "lost") return "lost";
  if (kind === "cut") answer.destroy();
  else
    answer.writeHead(500).end(JSON.stringify({ kind: "Status", code: 500, reason: "InternalError", message: "etcd" }));
  return true;
};

let site: Site;
let proxy: FaultProxy;
let dir: TempDir;
let devices: Device[];

/** A kubeconfig that leads through the proxy. */
function throughProxy(): string {
  const config = JSON.parse(readFileSync(site.kube.kubeconfig, "utf8"));
  config.clusters[0].cluster = { server: `http://127.0.0.1:${proxy.port}`, "insecure-skip-tls-verify": true };
  const path = join(dir.path, "kubeconfig");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

beforeAll(async () => {
  [dir, site] = [tempDir(), await Site.start()];
  proxy = await startFaultProxy(site.kube);
  proxy.fault = unsteady;
  devices = await Promise.all(["a", "b", "c", "d"].map((name) => site.device(`cam-${name}`)));
  await site.operator("one", { kubeconfig: throughProxy() });
}, 120_000);
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await dir?.remove();
});

const having = (share: number) => devices.filter(({ document }) => document?.audit.share === share).length;
const patience = { timeoutMs: 120_000 };

test("a policy rolls out and is edited once, wave by wave, though every third request fails", async () => {
  const waves = [{ name: "first", count: 1, approval: true }];
  const spec = { backendRef: { name: "cloud" }, audit: { share: "0.1" }, rollout: { waves } };
  await site.create("OffloadPolicy", "gate", { ...spec, rollout: {} });
  const status = () => site.status("OffloadPolicy", "gate");
  const phase = async () => (await status()).rollout?.phase;
  await until(async () => (await phase()) === "Done", { ...patience, what: "the policy everywhere" });
  expect(having(0.1)).toBe(4);
  await site.patch("OffloadPolicy", "gate", { spec: { audit: { share: "0.2" }, rollout: spec.rollout } });
  await until(async () => (await phase()) === "AwaitingApproval", { ...patience, what: "the first wave" });
  expect([having(0.1), having(0.2)]).toEqual([3, 1]);
  const { updateRevision } = await status();
  await site.patch("OffloadPolicy", "gate", { metadata: { annotations: { "sluice.dev/promote": updateRevision } } });
  await until(() => having(0.2) === 4, { ...patience, what: "the edit everywhere" });
  await until(async () => (await phase()) === "Done", { ...patience, what: "the status" });
  // Nobody was told anything but the one and then the other, and nothing was made twice.
  for (const { history } of devices) expect(history.filter((name, i) => name !== history[i - 1])).toHaveLength(2);
  const { stdout } = await site.kube.kubectl(["get", "controllerrevisions,deployments,services", "-o", "name"]);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("/")[0]),
  ).toEqual(["controllerrevision.apps", "controllerrevision.apps", "deployment.apps", "service", "service"]);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(3);
}, 300_000);

test("a policy that is deleted goes, too", async () => {
  await site.remove("OffloadPolicy", "gate");
  await until(() => devices.every(({ document }) => document === null), { ...patience, what: "no documents" });
  const left = async () => (await site.kube.kubectl(["get", "olp", "-o", "name"])).stdout;
  await until(async () => (await left()) === "", { ...patience, what: "the policy is gone" });
  expect(await left()).toBe("");
}, 200_000);
