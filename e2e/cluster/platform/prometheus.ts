import { type OneNode, prometheusFiles, prometheusOperatorFiles, until } from "@sluice/testkit";

const namespace = "monitoring";
const name = "hub";
/** Where whoever is in the cluster asks Prometheus: the Service is made by the operator. */
export const prometheusUrl = `http://prometheus-operated.${namespace}.svc:9090`;
/** Path through the API server, for whoever is outside. */
export const prometheusPath = `/api/v1/namespaces/${namespace}/services/prometheus-operated:9090/proxy`;

const metadata = { name: "prometheus" };
const account = { kind: "ServiceAccount", ...metadata, namespace };
const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", ...metadata };

/** A Prometheus that takes monitors and rules of all namespaces, and the rights that it needs for that. */
const objects = () => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { ...metadata, namespace } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata,
    rules: [{ apiGroups: [""], resources: ["pods", "services", "endpoints"], verbs: ["get", "list", "watch"] }],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata,
    roleRef: role,
    subjects: [account],
  },
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Prometheus",
    metadata: { name, namespace },
    spec: {
      version: prometheusFiles().version,
      serviceAccountName: metadata.name,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
      ...Object.fromEntries(
        ["podMonitor", "rule"].flatMap((what) => [
          [`${what}Selector`, {}],
          [`${what}NamespaceSelector`, {}],
        ]),
      ),
      evaluationInterval: "5s",
      resources: { requests: { cpu: "50m", memory: "128Mi" } },
    },
  },
];

/** Installs the Prometheus operator as its bundle has it, and a Prometheus that it is to run. */
export async function installPrometheus(node: OneNode): Promise<void> {
  const { bundle } = prometheusOperatorFiles();
  await node.must(["apply", "--server-side", "-f", bundle]);
  const crds = ["podmonitors", "prometheusrules", "prometheuses"].map((kind) => `crd/${kind}.monitoring.coreos.com`);
  await node.must(["wait", ...crds, "--for=condition=Established", "--timeout=60s"]);
  await node.must(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects() }));
}

/** Waits until it answers. */
export async function prometheusAtWork(node: OneNode): Promise<void> {
  const answers = async () => (await node.kubectl(["get", "--raw", `${prometheusPath}/-/ready`])).code === 0;
  await until(answers, { timeoutMs: 180_000, what: "Prometheus" });
}
