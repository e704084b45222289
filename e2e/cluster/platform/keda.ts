import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { kedaFiles, type OneNode } from "@sluice/testkit";
import { registry } from "./images.ts";

const container = "/spec/template/spec/containers/0";
/** There is no registry to ask, and who waits for a test need not wait for a first probe. */
const patch = [
  { op: "replace", path: `${container}/imagePullPolicy`, value: "IfNotPresent" },
  { op: "replace", path: `${container}/readinessProbe/initialDelaySeconds`, value: 0 },
  { op: "add", path: `${container}/readinessProbe/periodSeconds`, value: 1 },
];

/** Installs KEDA's own manifests, with the images that were built here. */
export async function installKeda(node: OneNode): Promise<void> {
  const { manifests, version } = kedaFiles!;
  const folder = join(node.folder, "keda");
  mkdirSync(folder);
  const image = (name: string) => ({ name: `${registry.keda}/${name}`, newTag: version });
  const kustomization = {
    resources: [relative(folder, join(manifests, "minimal"))],
    images: ["keda", "keda-metrics-apiserver"].map(image),
    patches: [{ target: { kind: "Deployment" }, patch: JSON.stringify(patch) }],
  };
  writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
  await node.must(["apply", "--server-side", "-k", folder]);
}

/** Waits until autoscalers can ask it. */
export async function kedaAtWork(node: OneNode): Promise<void> {
  const api = "apiservice/v1beta1.external.metrics.k8s.io";
  await node.must(["wait", api, "--for=condition=Available", "--timeout=180s"]);
}
