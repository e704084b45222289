import { apiVersion, type KindName } from "@sluice/contracts";

/** A sound spec of each kind, which the tests bend. */
export const soundSpecs = {
  EdgeDevice: { streams: [{ name: "gate", zones: [{ name: "lane", polygon: "0,0 0.5,0 0.5,1" }] }] },
  InferenceModel: {
    uri: "https://models.example/street.onnx",
    sha256: "0".repeat(64),
    task: "detection",
    family: "yolox",
    input: { width: 416, height: 416 },
    classes: ["coco80"],
  },
  InferenceBackend: { modelRef: { name: "street" } },
  OffloadPolicy: {
    backendRef: { name: "street" },
    budget: { quota: { size: "50Gi", per: "month" } },
    gate: { metrics: [{ name: "agreement", measure: "agreement", min: "0.6" }] },
    rollout: { waves: [{ name: "canary", count: 1 }] },
  },
} as const satisfies Record<KindName, object>;

/** What the API server fills in of a sound spec, as it stands there: text, not numbers. */
export const filledIn = {
  EdgeDevice: { weight: "1", streams: [{ name: "gate", masks: [] }] },
  InferenceModel: { preprocess: {}, thresholds: { score: "0.35", nms: "0.45" } },
  InferenceBackend: {
    scaling: { min: 1, max: 4, targetQueueDelay: "50ms", cooldown: "5m" },
    batching: { maxSize: 4, maxDelay: "5ms", maxQueue: 64 },
    resources: { cpu: "1", memory: "1Gi", gpus: 0 },
  },
  OffloadPolicy: {
    selector: {},
    priority: 0,
    budget: { rate: "200kbit/s", burst: "64KiB", floor: "0B/s", weights: [] },
    decision: { policy: "learned" },
    payload: { rungs: [{ name: "full", width: 640, quality: 75 }] },
    delivery: { deadline: "1s", inFlight: 2 },
    audit: { share: "0.03" },
    gate: { interval: "1m", minSamples: 30, passes: 1, failureLimit: 2, deadline: "1h" },
    rollout: { paused: false, onFailure: "rollback", waves: [{ name: "canary", approval: false }] },
  },
} as const satisfies Record<KindName, object>;

/** Fields to set, by path such as `streams.0.fps`; undefined takes a field away. */
export type Changes = Readonly<Record<string, unknown>>;

export function objectOf(kind: KindName, name: string, changes: Changes = {}) {
  const spec = structuredClone(soundSpecs[kind]) as object;
  for (const [path, value] of Object.entries(changes)) set(spec, path.split("."), value);
  return { apiVersion, kind, metadata: { name }, spec };
}

function set(target: object, [key, ...rest]: string[], value: unknown): void {
  const fields = target as Record<string, object>;
  if (rest.length > 0) set((fields[key!] ??= {}), rest, value);
  else if (value === undefined) delete fields[key!];
  else fields[key!] = value as object;
}
