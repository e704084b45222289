import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type OneNode, repoRoot } from "@sluice/testkit";
import type { TestProject } from "vitest/node";
import { collect } from "./collect.ts";
import { missing } from "./needs.ts";
import { platformImages, platformLack } from "./platform/images.ts";
import { installKeda, kedaAtWork } from "./platform/keda.ts";
import { installPrometheus, prometheusAtWork } from "./platform/prometheus.ts";
import { startCluster } from "./start.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Why there is no cluster; empty where there is one. */
    lack: string;
    folder: string;
  }
}

const local = join(repoRoot, ".sluice/e2e");
const namespace = "sluice";
const samples = "deploy/samples/cluster";
const say = (text: string) => process.stdout.write(`${text}\n`);

/** A cluster with KEDA and Prometheus, a hub and a site, installed as the documentation says, for all suites. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const lack = missing() ?? platformLack();
  project.provide("lack", lack ?? "");
  project.provide("folder", join(local, "cluster"));
  if (lack) return undefined;
  mkdirSync(local, { recursive: true });
  const node = await startCluster(join(local, "cluster"), say, platformImages());
  const end = async (failed: boolean) => {
    if (failed) say(`what the cluster had to say is in ${await collect(node, local)}`);
    await node.stop();
  };
  try {
    await Promise.all([installKeda(node), installPrometheus(node)]);
    await install(node);
    say("waiting for KEDA and Prometheus");
    await Promise.all([kedaAtWork(node), prometheusAtWork(node)]);
  } catch (cause) {
    await end(true);
    throw cause;
  }
  return () => end(project.vitest.state.getCountOfFailedTests() > 0);
}

async function install(node: OneNode): Promise<void> {
  say("installing the charts");
  await node.must(["create", "namespace", namespace]);
  await node.must(["label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted"]);
  helm(node, ["install", "sluice", "charts/sluice", "--values", "e2e/cluster/platform/hub.yaml"]);
  await node.must(["apply", "-n", namespace, "-f", `${samples}/objects.yaml`, "-f", `${samples}/policy.yaml`]);
  const values = ["--values", `${samples}/site.yaml`, "--set", "podMonitor.enabled=true,podMonitor.interval=1s"];
  helm(node, ["install", "site", "charts/sluice-edge", ...values]);
}

function helm(node: OneNode, words: readonly string[]): void {
  const env = { ...process.env, KUBECONFIG: node.kubeconfig };
  const command = [...words, "--namespace", namespace];
  const { status, stderr } = spawnSync(join(repoRoot, ".sluice/bin/helm"), command, {
    cwd: repoRoot,
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`helm ${command.join(" ")}: ${stderr}`);
}
