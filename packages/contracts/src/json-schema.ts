import * as z from "zod";

/** The JSON Schema (draft 2020-12) of what somebody writes to fit `schema`: for references and for editors. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any", override: withoutRules }) as JsonSchema;
}

/** Rules in CEL are for the API server. */
function withoutRules({ jsonSchema: node }: { jsonSchema: Record<string, unknown> }): void {
  delete node["x-kubernetes-validations"];
}

/** The part of JSON Schema that Sluice's schemas use. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly (string | number)[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
}
