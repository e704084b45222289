import type { KindName } from "@sluice/contracts";
import type { Changes } from "./objects.ts";

export interface BadObject {
  readonly kind: KindName;
  readonly changes: Changes;
  /** Where, and what the API server says of it. */
  readonly field: string;
  readonly message: string;
  /** What the programs' own schema says, if in other words; null where only a cluster objects. */
  readonly here?: string | null;
}

const rateUnits = "write a number and one of bit/s, kbit/s, Mbit/s";
const sizeUnits = "write a number and one of B, kB";
const durationUnits = "write a number and one of ms, s, m, h, d";
const nameHint = "use 1 to 63 lower-case letters, digits and '-', not at either end";
const decimal = 'write a decimal number in quotes, such as "0.35"';
const oneSize = "give exactly one of percent, count and selector";

/** Of objects that differ in one thing from sound ones: `[kind, changes, field, message, message of the schema]`. */
type Row = readonly [KindName, Changes, string, string, (string | null)?];

const rows: readonly Row[] = [
  ["OffloadPolicy", { backendRef: undefined }, "spec", "backendRef is required: name the InferenceBackend", null],
  ["OffloadPolicy", { backendRef: { name: "Street" } }, "spec.backendRef.name", nameHint],
  ["OffloadPolicy", { bugdet: {} }, "spec.bugdet", "unknown field", 'Unrecognized key: "bugdet"'],
  ["OffloadPolicy", { "budget.rate": "fast" }, "spec.budget.rate", rateUnits],
  ["OffloadPolicy", { "budget.rate": "-1kbit/s" }, "spec.budget.rate", rateUnits],
  ["OffloadPolicy", { "budget.rate": "200kbps" }, "spec.budget.rate", rateUnits],
  ["OffloadPolicy", { "budget.rate": 25_000 }, "spec.budget.rate", "must be of type string", "expected string"],
  ["OffloadPolicy", { "budget.burst": "64k" }, "spec.budget.burst", sizeUnits],
  ["OffloadPolicy", { "budget.floor": "1 Gbit" }, "spec.budget.floor", rateUnits],
  ["OffloadPolicy", { "budget.quota.size": "50" }, "spec.budget.quota.size", sizeUnits],
  ["OffloadPolicy", { "budget.quota.per": "year" }, "spec.budget.quota.per", "Unsupported value", "expected one of"],
  ["OffloadPolicy", { "budget.quota.per": undefined }, "spec.budget.quota.per", "Required value", "expected one of"],
  [
    "OffloadPolicy",
    { "budget.weights": [{ name: "a", selector: {}, weight: "0" }] },
    "spec.budget.weights[0].weight",
    "must lie between 0.01 and 100",
  ],
  ["OffloadPolicy", { "decision.policy": "guess" }, "spec.decision.policy", "Unsupported value", "expected one of"],
  ["OffloadPolicy", { "decision.threshold": "half" }, "spec.decision.threshold", decimal],
  ["OffloadPolicy", { "decision.threshold": "1.5" }, "spec.decision.threshold", "must lie between 0 and 1"],
  ["OffloadPolicy", { "audit.share": "2" }, "spec.audit.share", "must lie between 0 and 1"],
  ["OffloadPolicy", { "delivery.deadline": "soon" }, "spec.delivery.deadline", durationUnits],
  ["OffloadPolicy", { "delivery.inFlight": 0 }, "spec.delivery.inFlight", "greater than or equal to 1", ">=1"],
  ["OffloadPolicy", { "payload.rungs": [] }, "spec.payload.rungs", "should have at least 1 items", ">=1 items"],
  ["OffloadPolicy", { "rollout.waves.0.percent": 5 }, "spec.rollout.waves[0]", oneSize],
  ["OffloadPolicy", { "rollout.waves.0.count": undefined }, "spec.rollout.waves[0]", oneSize],
  ["OffloadPolicy", { "rollout.waves.0.count": 0 }, "spec.rollout.waves[0].count", "greater than or equal to 1", ">=1"],
  [
    "OffloadPolicy",
    { "gate.metrics.0.min": undefined },
    "spec.gate.metrics[0]",
    "needs a bound: give min, max or both",
  ],
  [
    "OffloadPolicy",
    { "gate.metrics.0.query": "up" },
    "spec.gate.metrics[0].query",
    "query belongs to measure: prometheus, which needs one",
  ],
  [
    "OffloadPolicy",
    { "gate.metrics.0.measure": "prometheus" },
    "spec.gate.metrics[0].query",
    "query belongs to measure: prometheus, which needs one",
  ],
  [
    "OffloadPolicy",
    { "rollout.waves.1": { name: "canary", percent: 5 } },
    "spec.rollout.waves[1]",
    "Duplicate value",
    "two entries have the same name",
  ],
  ["EdgeDevice", { weight: "heavy" }, "spec.weight", decimal],
  ["EdgeDevice", { weight: 2 }, "spec.weight", "must be of type string", "expected string"],
  ["EdgeDevice", { floor: "lots" }, "spec.floor", rateUnits],
  ["EdgeDevice", { "streams.0.name": "north gate" }, "spec.streams[0].name", nameHint],
  [
    "EdgeDevice",
    { "streams.0.source": "rtsp://admin:secret@10.0.0.7/1" },
    "spec.streams[0].source",
    "holds a user or password",
  ],
  ["EdgeDevice", { "streams.0.source": "camera 7" }, "spec.streams[0].source", "must be file:PATH, dir:PATH, rtsp://…"],
  [
    "EdgeDevice",
    { "streams.0.zones.0.polygon": "0,0 1,1" },
    "spec.streams[0].zones[0].polygon",
    "write 3 corners or more",
  ],
  [
    "EdgeDevice",
    { "streams.0.zones.0.polygon": "0,0 1,0 2,1" },
    "spec.streams[0].zones[0].polygon",
    "write 3 corners or more as shares of width and height",
  ],
  [
    "EdgeDevice",
    { "streams.1": { name: "gate" } },
    "spec.streams[1]",
    "Duplicate value",
    "two entries have the same name",
  ],
  ["InferenceModel", { sha256: "abc" }, "spec.sha256", "must be 64 lower-case hexadecimal digits"],
  ["InferenceModel", { uri: "ftp://x" }, "spec.uri", "must begin with file: or https://"],
  ["InferenceModel", { family: "classification" }, "spec.family", "family and task do not belong together"],
  ["InferenceModel", { family: "resnet" }, "spec.family", "Unsupported value", "expected one of"],
  ["InferenceModel", { classes: [] }, "spec.classes", "should have at least 1 items", "Invalid input"],
  ["InferenceModel", { classes: "coco80" }, "spec.classes", "must be of type array", null],
  ["InferenceModel", { "input.width": 4 }, "spec.input.width", "greater than or equal to 16", ">=16"],
  ["InferenceModel", { "thresholds.score": "1.01" }, "spec.thresholds.score", "must lie between 0 and 1"],
  ["InferenceBackend", { modelRef: undefined }, "spec.modelRef", "Required value", "expected object"],
  ["InferenceBackend", { scaling: { min: 5, max: 2 } }, "spec.scaling.max", "must not be below min"],
  ["InferenceBackend", { "scaling.targetQueueDelay": "50" }, "spec.scaling.targetQueueDelay", durationUnits],
  [
    "InferenceBackend",
    { external: { url: "http://triton:8000" }, replicas: 2 },
    "spec.external",
    "an external service has neither replicas nor an image here",
  ],
  [
    "InferenceBackend",
    { external: { url: "http://user:pw@triton:8000" } },
    "spec.external.url",
    "must begin with http:// or https:// and hold no password",
  ],
  ["InferenceBackend", { "resources.memory": "lots" }, "spec.resources.memory", "write a Kubernetes quantity"],
  ["InferenceBackend", { replicas: -1 }, "spec.replicas", "greater than or equal to 0", ">=0"],
];

export const badObjects: readonly BadObject[] = rows.map(([kind, changes, field, message, here]) => ({
  kind,
  changes,
  field,
  message,
  ...(here === undefined ? {} : { here }),
}));

/** Changes that a sound object must not undergo: `[kind, before, after, field, message]`. */
export const badChanges: readonly (readonly [KindName, Changes, Changes, string, string])[] = [
  ["InferenceModel", {}, { sha256: "1".repeat(64) }, "spec.sha256", "is immutable: another file is another model"],
  ["InferenceModel", {}, { family: "yolov8" }, "spec.family", "is immutable: another file is another model"],
  [
    "InferenceModel",
    {},
    { task: "classification", family: "classification" },
    "spec.task",
    "is immutable: another file is another model",
  ],
  ["InferenceBackend", {}, { modelRef: { name: "b" } }, "spec.modelRef", "is immutable: make another InferenceBackend"],
  ["InferenceBackend", {}, { external: { url: "http://x" } }, "spec", "external can be neither added nor taken away"],
  [
    "InferenceBackend",
    { external: { url: "http://x" } },
    { external: undefined },
    "spec",
    "external can be neither added nor taken away",
  ],
];
