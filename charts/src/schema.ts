import type { JsonSchema } from "@sluice/contracts";

/** Building blocks of a values schema: an object is closed, so that a typo fails the install. */
export const group = (properties: Record<string, JsonSchema>, description?: string): JsonSchema => ({
  type: "object",
  ...(description && { description }),
  properties,
  additionalProperties: false,
});

export const text = (description: string, pattern?: string): JsonSchema => ({
  type: "string",
  description,
  ...(pattern && { pattern }),
});

export const flag = (description: string): JsonSchema => ({ type: "boolean", description });

export const whole = (description: string, minimum: number, maximum: number): JsonSchema => ({
  type: "integer",
  description,
  minimum,
  maximum,
});

export const list = (items: JsonSchema, description: string): JsonSchema => ({ type: "array", description, items });

/** Names and values of the user's own, such as labels. */
export const names = (description: string, value: JsonSchema = { type: "string" }): JsonSchema => ({
  type: "object",
  description,
  additionalProperties: value,
});

/** Something that Kubernetes itself defines and checks. */
export const kubernetes = (kind: string, type: "object" | "array" = "object"): JsonSchema => ({
  type,
  description: `Kubernetes: ${kind}.`,
});

export const image = (whose: string): JsonSchema =>
  group(
    {
      repository: text("Where it is, without tag.", "^[^\\s:@]+(:[0-9]+/[^\\s:@]+)?$"),
      tag: text("Empty: the chart's appVersion."),
      digest: text("Has the last word over the tag.", "^(sha256:[0-9a-f]{64})?$"),
      pullPolicy: { type: "string", description: "When it is fetched.", enum: ["Always", "IfNotPresent", "Never"] },
    },
    whose,
  );

export const podMonitor = group(
  {
    enabled: flag("Needs the Prometheus operator's CRDs."),
    interval: text("Time between two looks.", "^[0-9]+(ms|s|m)$"),
    labels: names("For the selector of your Prometheus."),
  },
  "What Prometheus looks at.",
);

/** What the chart of whatever name is installed as a subchart also gets. */
export const chart = (properties: Record<string, JsonSchema>): JsonSchema & { $schema: string } => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  ...group({ ...properties, global: names("Helm's own.", {}) }),
});
