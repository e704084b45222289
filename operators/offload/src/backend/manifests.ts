import { type Desired, ownerReference } from "@sluice/cluster";
import type { InferenceBackend } from "@sluice/contracts";
import { backends } from "../kube/resources.ts";
import type { Model } from "../ports.ts";

/** What the replicas of a namespace have in common. */
export interface Site {
  readonly servers: readonly string[];
  readonly image: string;
  /** Base address of a Prometheus, by which replicas are scaled; without one their number is fixed. */
  readonly prometheus: string | undefined;
}

const httpPort = 8081;
const configFolder = "/etc/sluice";
/** Secret with what the environment needs, such as the broker's credentials; it may be absent. */
const secret = "sluice-nats-inference";

export const labelsOf = ({ metadata }: InferenceBackend) => ({
  "app.kubernetes.io/name": "sluice-inference",
  "app.kubernetes.io/instance": metadata.name,
});

export const selectorText = (backend: InferenceBackend): string =>
  Object.entries(labelsOf(backend))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

function metadataOf(backend: InferenceBackend) {
  const { name, namespace } = backend.metadata;
  const labels = { ...labelsOf(backend), "app.kubernetes.io/managed-by": "sluice-operator" };
  return { name: `${name}-inference`, namespace, labels, ownerReferences: [ownerReference(backends, backend)] };
}

/** The replicas' configuration and the manifest of their model; both are JSON, which is YAML. */
export function configMap(backend: InferenceBackend, model: Model, { servers }: Site): Desired {
  const { batching, workers, threads } = backend.spec;
  const { maxSize, maxDelay, maxQueue } = batching;
  const served = {
    manifest: "model.yaml",
    batching: { maxSize, maxDelay: `${maxDelay}ms`, maxQueue },
    workers,
    threads,
  };
  const config = { replica: "pod", http: { host: "0.0.0.0", port: httpPort }, nats: { servers }, models: [served] };
  const { apiVersion, kind, metadata, written } = model;
  const manifest = { apiVersion, kind, metadata: { name: metadata.name }, spec: written };
  const data = { "config.yaml": JSON.stringify(config), "model.yaml": JSON.stringify(manifest) };
  return { metadata: metadataOf(backend), data };
}

/** Without a number of replicas the autoscaler's is left alone. */
export function deployment(backend: InferenceBackend, configDigest: string, site: Site): Desired {
  const { replicas, scaling } = backend.spec;
  const fixed = replicas ?? (site.prometheus === undefined ? scaling.min : undefined);
  const labels = labelsOf(backend);
  const annotations = { "sluice.dev/config": configDigest };
  return {
    metadata: metadataOf(backend),
    spec: {
      ...(fixed !== undefined && { replicas: fixed }),
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels, annotations }, spec: podSpec(backend, site) },
    },
  };
}

function podSpec(backend: InferenceBackend, site: Site): object {
  const volume = { name: "config", configMap: { name: `${backend.metadata.name}-inference` } };
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 30,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container(backend, site)],
    volumes: [volume, { name: "tmp", emptyDir: {} }],
  };
}

function container({ spec }: InferenceBackend, site: Site): object {
  const { cpu, memory, gpus } = spec.resources;
  const gpu = gpus > 0 ? { "nvidia.com/gpu": String(gpus) } : {};
  const get = (path: string) => ({ httpGet: { path, port: "http" } });
  return {
    name: "inference",
    image: spec.image ?? site.image,
    args: ["--config", `${configFolder}/config.yaml`, "--replica", "$(POD_NAME)"],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      // The only place that can be written to: a model from the network is kept there.
      { name: "SLUICE_CACHE_DIR", value: "/tmp/sluice" },
    ],
    envFrom: [{ secretRef: { name: secret, optional: true } }],
    ports: [{ name: "http", containerPort: httpPort }],
    readinessProbe: { ...get("/v2/health/ready"), periodSeconds: 5 },
    livenessProbe: { ...get("/v2/health/live"), periodSeconds: 10, failureThreshold: 6 },
    resources: { requests: { cpu, memory, ...gpu }, limits: { memory, ...gpu } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    volumeMounts: [
      { name: "config", mountPath: configFolder, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

export function service(backend: InferenceBackend): Desired {
  const ports = [{ name: "http", port: httpPort, targetPort: "http" }];
  return { metadata: metadataOf(backend), spec: { selector: labelsOf(backend), ports } };
}

/** One replica at a time may go for maintenance. */
export const disruptionBudget = (backend: InferenceBackend): Desired => ({
  metadata: metadataOf(backend),
  spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(backend) } },
});

/** How often KEDA asks; also the time in which a backlog should be gone, as nothing helps sooner. */
export const pollMs = 5_000;
/** The API server's bound for the time over which a lesser need is not believed yet. */
const longestCooldownMs = 3_600_000;

/**
 * For zero replicas a backend must have been idle for so long at least. KEDA 2.21 sometimes takes a trigger for idle that it
 * only failed to read, when the autoscaler's own reading fails at the same moment; its memory of the last activity then keeps
 * the replicas until the fallback does.
 */
const leastIdleMs = 60_000;

/** How a backend is called in metrics. */
export const backendKey = ({ metadata }: InferenceBackend): string => `${metadata.namespace}/${metadata.name}`;

/**
 * KEDA makes as many replicas as the operator says are needed. No answer is an error, on which the replicas stay as they
 * are, one at least: an unknown is not a zero, which an empty answer is to KEDA unless told otherwise.
 */
export function scaledObject(backend: InferenceBackend, prometheus: string): Desired {
  const { scaling } = backend.spec;
  const metadata = {
    serverAddress: prometheus,
    query: `max(sluice_operator_backend_replicas_needed{backend="${backendKey(backend)}"})`,
    threshold: "1",
    ignoreNullValues: "false",
  };
  const stabilizationWindowSeconds = seconds(Math.min(scaling.cooldown, longestCooldownMs));
  return {
    metadata: metadataOf(backend),
    spec: {
      scaleTargetRef: { name: `${backend.metadata.name}-inference` },
      pollingInterval: seconds(pollMs),
      minReplicaCount: scaling.min,
      maxReplicaCount: scaling.max,
      cooldownPeriod: seconds(Math.max(scaling.cooldown, leastIdleMs)),
      fallback: { failureThreshold: 3, replicas: Math.max(1, scaling.min), behavior: "currentReplicasIfHigher" },
      advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds } } } },
      triggers: [{ type: "prometheus", metricType: "AverageValue", metadata }],
    },
  };
}

const seconds = (ms: number): number => Math.round(ms / 1_000);

export const endpointOf = ({ metadata, spec }: InferenceBackend): string =>
  spec.external?.url ?? `http://${metadata.name}-inference.${metadata.namespace}.svc:${httpPort}`;
