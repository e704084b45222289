import { backendSchema, heartbeatSchema } from "./heartbeat.ts";
import { type JsonSchema, jsonSchema } from "./json-schema.ts";
import { leaseReportSchema, leaseSchema, termSchema } from "./lease.ts";
import { offloadErrorSchema, offloadReplySchema } from "./offload.ts";
import { policyDocumentSchema } from "./policy-document.ts";
import { decisionSchema, resultSchema } from "./results.ts";

const messages = {
  "offload-reply": offloadReplySchema,
  "offload-error": offloadErrorSchema,
  result: resultSchema,
  decision: decisionSchema,
  heartbeat: heartbeatSchema,
  backend: backendSchema,
  "policy-document": policyDocumentSchema,
  lease: leaseSchema,
  "lease-report": leaseReportSchema,
  term: termSchema,
} as const;

/** The JSON Schema of each message on the wire, for consumers in other languages. */
export function wireSchemas(): Record<keyof typeof messages, JsonSchema> {
  const entries = Object.entries(messages).map(([name, schema]) => [name, { title: name, ...jsonSchema(schema) }]);
  return Object.fromEntries(entries) as Record<keyof typeof messages, JsonSchema>;
}
