import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubeconfigText } from "../kube/identities.ts";
import { apiPort, type Place, podRange } from "./place.ts";

/** Where containerd listens, in a folder that only the node sees. */
export const runtimeSocket = "/run/containerd/containerd.sock";
export const pauseImage = "sluice.local/pause:1";

/** `restrict_oom_score_adj`: where this process may not lower its score, no sandbox would start. */
const containerdConfig = ({ folder }: Place) => `version = 2
root = "${folder}/containerd"
state = "/run/containerd"
[grpc]
address = "${runtimeSocket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${folder}/cni"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;

const network = {
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "bridge",
      bridge: "pods",
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: podRange }]],
        routes: [{ dst: "0.0.0.0/0" }],
        dataDir: "/run/cni",
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

const kubelet = ({ folder, name, address }: Place, authority: string) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  address,
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: authority } },
  authorization: { mode: "Webhook" },
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${name}`,
  clusterDNS: [address],
  clusterDomain: "cluster.local",
  containerRuntimeEndpoint: `unix://${runtimeSocket}`,
  // The machine's own state is no business of its guest's.
  evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  failCgroupV1: false,
  failSwapOn: false,
  // Images were brought by hand; nobody could bring them again.
  imageGCHighThresholdPercent: 100,
  podLogsDir: join(folder, "logs/pods"),
  readOnlyPort: 0,
  resolvConf: "",
  volumePluginDir: join(folder, "kubelet/plugins"),
});

/** Two blocks: in one, the template would answer for the cluster's names, too. */
const corefile = ({ folder, address }: Place) => `cluster.local in-addr.arpa {
  bind ${address}
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${folder}/names.kubeconfig
    pods insecure
    ttl 1
  }
  errors
}
. {
  bind ${address}
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;

/** What each part reads, written anew. `authority` signed the certificate by which the API server asks the kubelet. */
export function writeFiles(place: Place, authority: string, tokens: Readonly<Record<string, string>>): void {
  const write = (name: string, text: string) => writeFileSync(join(place.folder, name), text, { mode: 0o600 });
  mkdirSync(join(place.folder, "cni"));
  write("containerd.toml", containerdConfig(place));
  write("cni/pods.conflist", JSON.stringify(network));
  write("kubelet.json", JSON.stringify(kubelet(place, authority)));
  write("Corefile", corefile(place));
  for (const [user, token] of Object.entries(tokens)) {
    const served = join(place.folder, "certs/apiserver.crt");
    write(`${user}.kubeconfig`, kubeconfigText(`https://${place.address}:${apiPort}`, served, token));
  }
}
