import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs that a node is made of or with, and the Debian package that has each. */
const programs: Readonly<Record<string, string>> = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  iptables: "iptables",
  conntrack: "conntrack",
  buildah: "buildah",
  openssl: "openssl",
  ip: "iproute2",
  nsenter: "util-linux",
  setpriv: "util-linux",
};
const plugins = "/usr/lib/cni/bridge";

/** The administrator's folders, which not every root has in its PATH. */
const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
const isInPath = (program: string) => folders.some((folder) => existsSync(join(folder, program)));

/** What this machine lacks for a cluster, with the cure; undefined where nothing is missing. */
export function missing(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root: a node makes namespaces, mounts and cgroups";
  const packages = Object.entries(programs).flatMap(([program, name]) => (isInPath(program) ? [] : [name]));
  if (!existsSync(plugins)) packages.push("containernetworking-plugins");
  if (packages.length === 0) return undefined;
  return `needs Debian packages: apt-get install --no-install-recommends ${[...new Set(packages)].join(" ")}`;
}
