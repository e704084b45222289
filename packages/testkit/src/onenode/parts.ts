import { join } from "node:path";
import { apiserverFlags, controllerManagerFlags, etcdFlags, type Layout } from "../kube/flags.ts";
import type { SelfSigned } from "./authority.ts";
import { runtimeSocket } from "./files.ts";
import { type Place, podRange } from "./place.ts";

export const proxyHealthPort = 10256;

/** The programs of a node and what each is told, in the order in which they can do without the others. */
export function partsOf(place: Place, layout: Layout, client: SelfSigned) {
  const { folder, address } = place;
  const kubeconfig = (user: string) => join(folder, `${user}.kubeconfig`);
  return {
    etcd: etcdFlags(layout),
    containerd: ["--config", join(folder, "containerd.toml")],
    "kube-apiserver": [
      ...apiserverFlags(layout),
      "--bind-address=0.0.0.0",
      `--advertise-address=${address}`,
      "--endpoint-reconciler-type=lease",
      "--kubelet-preferred-address-types=InternalIP",
      `--kubelet-client-certificate=${client.certificate}`,
      `--kubelet-client-key=${client.key}`,
    ],
    "kube-controller-manager": controllerManagerFlags(layout, kubeconfig("controllerManager")),
    "kube-scheduler": [`--kubeconfig=${kubeconfig("scheduler")}`, "--leader-elect=false", "--secure-port=0"],
    kubelet: [
      `--config=${join(folder, "kubelet.json")}`,
      `--kubeconfig=${kubeconfig("node")}`,
      `--root-dir=${join(folder, "kubelet")}`,
      `--node-ip=${address}`,
      "--hostname-override=sluice",
    ],
    "kube-proxy": [
      `--kubeconfig=${kubeconfig("proxy")}`,
      "--hostname-override=sluice",
      "--proxy-mode=iptables",
      `--cluster-cidr=${podRange}`,
      "--conntrack-max-per-core=0",
      `--healthz-bind-address=${address}:${proxyHealthPort}`,
    ],
    coredns: ["-conf", join(folder, "Corefile")],
  } as const satisfies Record<string, readonly string[]>;
}
export type PartName = keyof ReturnType<typeof partsOf>;

/** How images are brought to the node. */
export const importing = (archive: string): string[] => [
  `--address=${runtimeSocket}`,
  "--namespace=k8s.io",
  "images",
  "import",
  archive,
];
