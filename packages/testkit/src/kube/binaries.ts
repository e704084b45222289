import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../paths.ts";

/** Versions that a go.mod pins; the binaries are named after them. */
function pinned(module: string, file = "tools/kube/go.mod"): string {
  const text = readFileSync(join(repoRoot, file), "utf8");
  const lines = text.split("\n").map((line) => line.replace(/^require /, "").trim());
  const version = lines.find((line) => line.startsWith(`${module} v`))?.split(" ")[1];
  if (!version) throw new Error(`${file} does not require ${module}`);
  return version;
}

function built(name: string, by = "make kube"): string {
  const path = join(repoRoot, ".sluice/bin", name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`${by}\` once, which builds it in some minutes`);
  return path;
}

/** One program for the parts of Kubernetes and kubectl: its argv0 says which. */
export const kubernetesBinary = () => built(`kubernetes-${pinned("k8s.io/kubernetes")}`);
export const etcdBinary = () => built(`etcd-${pinned("go.etcd.io/etcd/server/v3")}`);
export const corednsBinary = () => built(`coredns-${pinned("github.com/coredns/coredns", "tools/coredns/go.mod")}`);

/** Prometheus, by the version that people know and not its module's. Debian's own is built without what finds pods. */
export const prometheusFiles = () => {
  const version = pinned("github.com/prometheus/prometheus", "tools/prometheus/go.mod");
  const [, minor, fix] = /^v0\.3(\d\d)\.(\d+)/.exec(version)!;
  return { version: `v3.${Number(minor)}.${fix}`, server: built(`prometheus-${version}`, "make prometheus") };
};

/** The Prometheus operator's programs, and its manifests in one file. */
export const prometheusOperatorFiles = () => {
  const version = pinned("github.com/prometheus-operator/prometheus-operator", "tools/prometheus-operator/go.mod");
  const path = (part: string) => built(`prometheus-${part}-${version}`, "make prometheus");
  return { version, operator: path("operator"), reloader: path("config-reloader"), bundle: path("bundle") };
};

const kedaVersion = pinned("github.com/kedacore/keda/v2", "tools/keda/go.mod");
const kedaPath = (part: string) => join(repoRoot, ".sluice/bin", `keda-${part}-${kedaVersion}`);

/** KEDA's programs and the folder of its manifests; undefined where `make keda` was not run. */
export const kedaFiles = (["operator", "adapter", "manifests"] as const).every((part) => existsSync(kedaPath(part)))
  ? {
      operator: kedaPath("operator"),
      adapter: kedaPath("adapter"),
      manifests: kedaPath("manifests"),
      version: kedaVersion,
    }
  : undefined;
/** Why a test that needs it is skipped. */
export const kedaReason = "needs KEDA: run `make keda` once, which builds it in ten minutes";
