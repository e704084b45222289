import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const names = "sluice:coredns";
const storage = "folder";
/** Nobody makes volumes on demand: so many are there, and each is given away once. */
const volumeCount = 24;

/** Volumes are folders of the node that any user may write to: the groups of pods do not reach them. */
function volume(folder: string, n: number): object {
  const path = join(folder, "volumes", String(n));
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `folder-${n}` },
    spec: {
      capacity: { storage: "10Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: storage,
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path, type: "Directory" },
    },
  };
}

/** What a cluster has before anybody installs anything: volumes, and the right to know its names. */
export const firstObjects = (folder: string): readonly object[] => [
  ...Array.from({ length: volumeCount }, (_, n) => volume(folder, n + 1)),
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: storage, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: names },
    rules: [
      { apiGroups: [""], resources: ["services", "namespaces", "pods"], verbs: ["list", "watch"] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: names },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: names },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: names }],
  },
];
