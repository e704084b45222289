import { chart, flag, group, image, kubernetes, list, names, podMonitor, text, whole } from "./schema.ts";

const size = (description: string) => text(description, "^[0-9]+(Ki|Mi|Gi|Ti)$");
const resources = kubernetes("ResourceRequirements");
const pullSecrets = kubernetes("list of LocalObjectReference", "array");
/** A name that is one NATS token and a key of a Secret, as the API has it; the others are users of the broker. */
const deviceName = {
  ...text("Name of a device.", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"),
  not: { enum: ["operator", "inference", "console"] },
};

const operator = group(
  {
    image: image("The operator's image."),
    replicas: whole("One leads, the others wait.", 1, 5),
    logLevel: { type: "string", description: "How much it logs.", enum: ["trace", "debug", "info", "warn", "error"] },
    prometheus: text("Base address of a Prometheus; empty: none.", "^(https?://.*)?$"),
    resources,
  },
  "Reconciles the namespace's objects and hands out its budgets.",
);

const nats = group(
  {
    servers: list(
      text("An address.", "^(nats|tls)://"),
      "Addresses of a broker of your own; empty: the chart runs one.",
    ),
    image: image("The broker's image."),
    devices: list(deviceName, "Devices that may connect, each with a password and subjects of its own."),
    tlsSecret: text("Secret with the broker's certificate; empty: no TLS."),
    ca: text("Authority (PEM) that signed it, if not one that all trust."),
    service: group(
      {
        type: { type: "string", description: "Kind of Service.", enum: ["ClusterIP", "NodePort", "LoadBalancer"] },
        nodePort: whole("For NodePort; 0 takes any.", 0, 32_767),
        annotations: names("For whoever makes load balancers."),
      },
      "How devices reach it.",
    ),
    storage: group(
      { size: size("Of its claim."), storageClassName: text("Empty: the default.") },
      "Leases and policies.",
    ),
    resources,
  },
  "The broker between devices and cloud.",
);

/** Values of `charts/sluice`. */
export const hubValues = chart({
  crds: group({ install: flag("Whether the release brings and upgrades the CRDs.") }, "The cluster API."),
  imagePullSecrets: pullSecrets,
  operator,
  inference: group({ image: image("Image of backends that name none.") }, "The cloud's models."),
  console: group(
    { enabled: flag("Whether there is a page."), image: image("The page's image."), resources },
    "The fleet's page.",
  ),
  nats,
  nodeSelector: names("Labels of the nodes."),
  tolerations: kubernetes("list of Toleration", "array"),
  podMonitor,
  rules: group(
    { enabled: flag("Needs the Prometheus operator's CRDs."), labels: names("For the selector of your Prometheus.") },
    "Alerts and recording rules.",
  ),
  dashboards: group(
    {
      enabled: flag("Whether they come with the release."),
      labels: names("By which your Grafana's sidecar finds them."),
      annotations: names("Such as the folder in which they are shown."),
    },
    "Grafana dashboards as ConfigMaps.",
  ),
  networkPolicy: group(
    {
      enabled: flag("Whether only this namespace may see pages and metrics."),
      allowPageFrom: kubernetes("list of NetworkPolicyPeer", "array"),
    },
    "Who else may see pages and metrics.",
  ),
});
