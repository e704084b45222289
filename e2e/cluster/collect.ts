import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OneNode } from "@sluice/testkit";

/** What is worth reading after a failure, by the name of the file it goes to. */
const questions: Readonly<Record<string, readonly string[]>> = {
  "objects.txt": ["get", "all,sluice,pvc,pv,networkpolicies", "-A", "-o", "wide"],
  "sluice.yaml": ["get", "sluice", "-A", "-o", "yaml"],
  "events.txt": ["get", "events", "-A", "--sort-by=.lastTimestamp"],
  "pods.txt": ["describe", "pods", "-A"],
};

/** Writes logs, events, objects and metrics of a cluster into a new folder below `parent`, and returns its path. */
export async function collect(node: OneNode, parent: string): Promise<string> {
  const folder = join(parent, new Date().toISOString().replaceAll(":", "-"));
  mkdirSync(folder, { recursive: true });
  for (const [file, args] of Object.entries(questions)) {
    const { stdout, stderr } = await node.kubectl(args);
    writeFileSync(join(folder, file), `${stdout}${stderr}`);
  }
  await metrics(node, folder);
  cpSync(join(node.folder, "logs"), join(folder, "logs"), { recursive: true });
  return folder;
}

async function metrics(node: OneNode, folder: string): Promise<void> {
  const ports =
    "{range .items[*]}{.metadata.namespace} {.metadata.name} {.spec.containers[0].ports[0].containerPort}\n{end}";
  const { stdout } = await node.kubectl(["get", "pods", "-A", "-o", `jsonpath=${ports}`]);
  for (const line of stdout.split("\n").filter(Boolean)) {
    const [namespace, pod, port] = line.split(" ");
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy/metrics`;
    const { code, stdout: text } = await node.kubectl(["get", "--raw", path]);
    if (code === 0) writeFileSync(join(folder, `${pod}.metrics`), text);
  }
}
