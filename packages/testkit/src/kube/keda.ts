import { join } from "node:path";
import { type Child, launch, terminate } from "../child.ts";
import { until } from "../until.ts";
import { kedaFiles } from "./binaries.ts";
import type { Kube } from "./kube.ts";
import { freePort } from "./ports.ts";

const api = "v1beta1.external.metrics.k8s.io";

/**
 * Starts KEDA's operator and its server of metrics as processes beside an API server that was started with `aggregation`, and
 * waits until autoscalers can ask it. Ends what it started when disposed of.
 */
export async function startKeda(kube: Kube): Promise<AsyncDisposable> {
  const { frontProxy } = kube;
  if (!kedaFiles || !frontProxy)
    throw new Error("KEDA is not built, or the API server was started without aggregation");
  await kubectl(kube, ["apply", "--server-side", "-f", join(kedaFiles.manifests, "crd/bases")]);
  await kubectl(kube, ["create", "namespace", "keda"]);
  const [metrics, server, unused] = [await freePort(), await freePort(), await freePort()];
  const env = {
    ...process.env,
    KUBECONFIG: kube.kubeconfig,
    POD_NAMESPACE: "keda",
    WATCH_NAMESPACE: "",
    KEDA_CLUSTER_OBJECT_NAMESPACE: "keda",
  };
  const children = [
    launch(kedaFiles.operator, operatorFlags(frontProxy.folder, metrics), { env }),
    launch(kedaFiles.adapter, adapterFlags(kube, frontProxy.folder, { metrics, server, unused }), { env }),
  ];
  const end = () => Promise.all(children.map((child) => terminate(child, "SIGKILL"))).then(() => undefined);
  try {
    await register(kube, server);
    await until(() => available(kube, children), { timeoutMs: 60_000, what: "KEDA" });
  } catch (cause) {
    await end();
    throw new Error(children.map(({ lastWords }) => lastWords).join("\n"), { cause });
  }
  return { [Symbol.asyncDispose]: end };
}

const operatorFlags = (certificates: string, metricsPort: number) => [
  `--cert-dir=${certificates}`,
  `--metrics-service-bind-address=127.0.0.1:${metricsPort}`,
  "--metrics-bind-address=0",
  "--health-probe-bind-address=0",
  "--zap-log-level=error",
  "--kube-api-qps=200",
  "--kube-api-burst=400",
];

function adapterFlags(kube: Kube, certificates: string, ports: { metrics: number; server: number; unused: number }) {
  return [
    `--cert-dir=${certificates}`,
    `--client-ca-file=${join(certificates, "ca.crt")}`,
    `--tls-cert-file=${join(certificates, "tls.crt")}`,
    `--tls-private-key-file=${join(certificates, "tls.key")}`,
    ...["authentication", "authorization", "lister"].map((use) => `--${use}-kubeconfig=${kube.kubeconfig}`),
    "--bind-address=127.0.0.1",
    `--secure-port=${ports.server}`,
    `--port=${ports.unused}`,
    `--metrics-service-address=127.0.0.1:${ports.metrics}`,
    "--zap-log-level=error",
  ];
}

/** The API server finds the server of metrics on the loopback address, under a name that its certificate holds. */
async function register(kube: Kube, port: number): Promise<void> {
  const service = { name: "keda-metrics-apiserver", namespace: "keda" };
  const objects = [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: service,
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: api },
      spec: {
        service: { ...service, port },
        group: "external.metrics.k8s.io",
        version: "v1beta1",
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
  for (const object of objects) await kubectl(kube, ["apply", "-f", "-"], JSON.stringify(object));
}

async function available(kube: Kube, children: readonly Child[]): Promise<boolean> {
  const ended = children.find(({ exitCode }) => exitCode !== null);
  if (ended) throw new Error(`a part of KEDA ended: ${ended.lastWords}`);
  const { body } = await kube.request("GET", `/apis/apiregistration.k8s.io/v1/apiservices/${api}`);
  const conditions = (body.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === "Available" && status === "True");
}

async function kubectl(kube: Kube, args: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await kube.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
}
