import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../paths.ts";

/** Versions that tools/kube/go.mod pins; the binaries are named after them. */
function pinned(module: string): string {
  const text = readFileSync(join(repoRoot, "tools/kube/go.mod"), "utf8");
  const version = text.split("\n").find((line) => line.startsWith(`\t${module} v`));
  if (!version) throw new Error(`tools/kube/go.mod does not require ${module}`);
  return version.trim().split(" ")[1]!;
}

function built(name: string): string {
  const path = join(repoRoot, ".sluice/bin", name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`make kube\` once, which builds it in some minutes`);
  return path;
}

/** One program for kube-apiserver, kube-controller-manager, kube-scheduler and kubectl: its argv0 says which. */
export const kubernetesBinary = () => built(`kubernetes-${pinned("k8s.io/kubernetes")}`);
export const etcdBinary = () => built(`etcd-${pinned("go.etcd.io/etcd/server/v3")}`);
