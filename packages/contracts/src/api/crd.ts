import type * as z from "zod";
import { writeDocument } from "../document.ts";
import { inferenceModelSchema } from "../model.ts";
import { nameHint, namePattern } from "../names.ts";
import { edgeDeviceSchema } from "./edge-device.ts";
import { inferenceBackendSchema } from "./inference-backend.ts";
import { offloadPolicySchema } from "./offload-policy.ts";
import { apiGroup } from "./resource.ts";
import { matches, type Structural, structural } from "./structural.ts";

/** A column of `kubectl get`: with `wide` only of `kubectl get -o wide`. */
interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly path: string;
  readonly wide?: true;
}

interface Kind {
  readonly plural: string;
  readonly short: string;
  readonly about: string;
  readonly schema: z.ZodObject<{ spec: z.ZodType; status: z.ZodType }>;
  readonly columns: readonly Column[];
  readonly scale?: Readonly<Record<string, string>>;
}

const text = (name: string, path: string): Column => ({ name, type: "string", path });
const whole = (name: string, path: string): Column => ({ name, type: "integer", path });
const wide = (column: Column): Column => ({ ...column, wide: true });
const ready = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;

/** Every kind has these last. */
const lastColumns: readonly Column[] = [
  text("Ready", ready("status")),
  wide(text("Reason", ready("reason"))),
  { name: "Age", type: "date", path: ".metadata.creationTimestamp" },
];

/** The kinds of the cluster API, by name. */
export const kinds = {
  EdgeDevice: {
    plural: "edgedevices",
    short: "ed",
    about: "A machine beside cameras that runs the edge daemon under the same name.",
    schema: edgeDeviceSchema,
    columns: [
      text("Policy", ".status.policy.name"),
      text("Rate", ".status.lease.rate"),
      text("Model", ".status.model.name"),
      { name: "Since", type: "date", path: ".status.lastSeen" },
      wide(text("Revision", ".status.policy.revision")),
    ],
  },
  InferenceModel: {
    plural: "inferencemodels",
    short: "im",
    about: "An ONNX file of a known family, with its digest: what devices and backends run.",
    schema: inferenceModelSchema,
    columns: [
      text("Family", ".spec.family"),
      whole("Available", ".status.copies.available"),
      whole("Failed", ".status.copies.failed"),
      wide(text("SHA256", ".spec.sha256")),
    ],
  },
  InferenceBackend: {
    plural: "inferencebackends",
    short: "ib",
    about: "What answers offloaded frames: replicas of Sluice's inference service, or somebody else's service.",
    schema: inferenceBackendSchema,
    columns: [
      text("Model", ".spec.modelRef.name"),
      whole("Replicas", ".status.replicas"),
      whole("Up", ".status.readyReplicas"),
      text("Queue", ".status.queueDelay"),
      wide(text("Endpoint", ".status.endpoint")),
    ],
    scale: {
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.replicas",
      labelSelectorPath: ".status.selector",
    },
  },
  OffloadPolicy: {
    plural: "offloadpolicies",
    short: "olp",
    about: "What a fleet may send, which frames it sends, and how a change of that reaches the devices.",
    schema: offloadPolicySchema,
    columns: [
      text("Budget", ".spec.budget.rate"),
      text("Used", ".status.budget.used"),
      whole("Devices", ".status.devices.selected"),
      whole("Updated", ".status.devices.updated"),
      text("Agreement", ".status.agreement.mean"),
      wide(text("Rollout", ".status.rollout.phase")),
      wide(text("Revision", ".status.updateRevision")),
    ],
  },
} as const satisfies Record<string, Kind>;
export type KindName = keyof typeof kinds;

/** The schema of an object of this kind, as the API server holds it. */
export function openApi(name: KindName): Structural {
  const { about, schema } = kinds[name] as Kind;
  return {
    description: about,
    type: "object",
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: { ...structural(schema.shape.spec), description: "What is wanted." },
      status: { ...structural(schema.shape.status), description: "What is known; written by the operator alone." },
    },
    "x-kubernetes-validations": [
      {
        rule: matches(namePattern.source).replace("self", "self.metadata.name"),
        message: `metadata.name: ${nameHint}`,
      },
    ],
  };
}

/** The CustomResourceDefinition of a kind. */
export function crd(name: KindName) {
  const { plural, short, columns, scale } = kinds[name] as Kind;
  const singular = name.toLowerCase();
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${apiGroup}`, labels: { "app.kubernetes.io/part-of": "sluice" } },
    spec: {
      group: apiGroup,
      scope: "Namespaced",
      names: { kind: name, listKind: `${name}List`, plural, singular, shortNames: [short], categories: ["sluice"] },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: openApi(name) },
          subresources: { status: {}, ...(scale ? { scale } : {}) },
          additionalPrinterColumns: [...columns, ...lastColumns].map(printed),
        },
      ],
    },
  };
}

const printed = ({ name, type, path, wide: second }: Column) => ({
  name,
  type,
  jsonPath: path,
  ...(second ? { priority: 1 } : {}),
});

/** The same as a file for `kubectl apply` and for the chart. */
export const crdYaml = (name: KindName): string =>
  `# Generated from packages/contracts: see tests/reference.test.ts\n${writeDocument(crd(name))}`;
