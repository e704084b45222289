import * as z from "zod";
import type { CelRule } from "./rule.ts";

/** A node of a CRD's structural schema: every node has one type, and no field is described twice. */
export interface Structural {
  readonly type: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Structural>>;
  readonly required?: readonly string[];
  readonly items?: Structural;
  readonly additionalProperties?: Structural;
  readonly "x-kubernetes-validations"?: readonly CelRule[];
  readonly [keyword: string]: unknown;
}

type Node = Record<string, unknown>;

/** Words of JSON Schema that the API server knows, beside its own `x-kubernetes-…`; the others are left out. */
const kept =
  /^(type|description|default|enum|format|nullable|required|(exclusive)?(min|max)imum|(min|max)(Length|Items|Properties)|x-kubernetes-.+)$/i;
/** Fields by which the entries of a list are told apart, when they have one and must have it. */
const listKeys = ["name", "type"] as const;

/** The structural schema of what somebody writes to fit `schema`. Throws where there is none. */
export function structural(schema: z.ZodType): Structural {
  return shaped(
    z.toJSONSchema(schema, {
      target: "openapi-3.0",
      io: "input",
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        const message = patternMessage(zodSchema);
        if (message !== undefined) (jsonSchema as Node)["message"] = message;
      },
    }) as Node,
    "",
  );
}

/** What a schema says when its pattern does not match; JSON Schema has no place for it. */
function patternMessage(schema: z.core.$ZodType): string | undefined {
  for (const check of schema._zod.def.checks ?? []) {
    const { error } = check._zod.def;
    const message = check._zod.def.check === "string_format" && error?.({ input: "" } as never);
    if (typeof message === "string") return message;
  }
  return undefined;
}

function shaped(node: Node, path: string): Structural {
  const one = single(node, path);
  const plain = Object.entries(one).filter(([word]) => kept.test(word));
  return {
    ...Object.fromEntries(plain),
    ...described(one),
    ...inner(one, path),
    ...rules(one),
    ...listType(one),
  } as Structural;
}

/** `kubectl explain` shows neither defaults nor examples, so the description says how a value looks. */
function described({ description, default: value, examples }: Node): Node {
  if (typeof description !== "string") return {};
  const [example] = (examples ?? []) as readonly string[];
  if (isPlain(value)) return { description: `${description} Default: ${value}.` };
  return { description: example === undefined ? description : `${description} For example ${example}.` };
}

const isPlain = (value: unknown): value is string | number | boolean =>
  ["string", "number", "boolean"].includes(typeof value);

/** Of a choice between a list and a shorthand for it, the API server takes the list. */
function single(node: Node, path: string): Node {
  const options = (node["anyOf"] ?? node["oneOf"]) as Node[] | undefined;
  const list = options?.find(({ type }) => type === "array");
  const whole = list ? { ...list, ...node } : node;
  if (typeof whole["type"] !== "string") throw new Error(`${path}: a field of the cluster API has one type`);
  return whole;
}

function inner(node: Node, path: string): Node {
  const more: Node = {};
  const { properties, items, additionalProperties } = node as Record<string, Node | undefined>;
  if (properties) {
    const fields = Object.entries(properties as Record<string, Node>);
    more["properties"] = Object.fromEntries(fields.map(([name, field]) => [name, shaped(field, `${path}.${name}`)]));
  }
  if (items) more["items"] = shaped(items, `${path}[]`);
  if (additionalProperties) more["additionalProperties"] = shaped(additionalProperties, `${path}.*`);
  if (node["type"] === "integer") more["format"] = "int64";
  return more;
}

/** A pattern with a message becomes a rule, because rules have messages; that of a format goes with the format. */
function rules(node: Node): Node {
  const key = "x-kubernetes-validations";
  const own = (node[key] ?? []) as readonly CelRule[];
  const { pattern, message, format } = node as Record<string, string | undefined>;
  const spoken = pattern !== undefined && message !== undefined;
  const all = [...(spoken ? [{ rule: matches(pattern), message }] : []), ...own];
  const plain = pattern !== undefined && !spoken && format === undefined;
  return { ...(plain ? { pattern } : {}), ...(all.length === 0 ? {} : { [key]: all }) };
}

/** A raw string of CEL: a backslash in it stands for itself. */
export const matches = (pattern: string): string => `self.matches(r'${pattern}')`;

function listType(node: Node): Node {
  if (node["type"] !== "array") return {};
  const required = ((node["items"] as Node)["required"] ?? []) as readonly string[];
  const key = listKeys.find((name) => required.includes(name));
  if (key === undefined) return { "x-kubernetes-list-type": "atomic" };
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key] };
}
