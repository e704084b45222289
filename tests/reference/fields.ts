import type { JsonSchema } from "@sluice/contracts";
import { table } from "./sections.ts";

/** A table of every field that a schema knows, by path, as a reader of a file would look it up. */
export function fieldTable(schema: JsonSchema): string {
  return table(["field", "value", "default", "meaning"], rows(schema, "", ""));
}

/** `absent` says what follows where the field is not written. */
function rows(schema: JsonSchema, path: string, absent: string): string[][] {
  const inside = children(schema, path).flatMap(([child, childPath, text]) => rows(child, childPath, text));
  const own = path !== "" && (schema.description !== undefined || inside.length === 0);
  return own ? [[`\`${path}\``, valueText(schema), absent, schema.description ?? ""], ...inside] : inside;
}

function children(schema: JsonSchema, path: string): [JsonSchema, string, string][] {
  if (schema.items && isCompound(schema.items)) return [[schema.items, `${path}[]`, ""]];
  return Object.entries(schema.properties ?? {}).map(([name, child]) => [
    child,
    path ? `${path}.${name}` : name,
    absence(schema, name, child),
  ]);
}

/** A field's default is its own, or comes with that of the group that it belongs to. */
function absence(group: JsonSchema, name: string, { default: own, properties }: JsonSchema): string {
  const value = own ?? (group.default as Record<string, unknown> | undefined)?.[name];
  if (value !== undefined) return properties ? "" : `\`${JSON.stringify(value)}\``;
  return group.required?.includes(name) ? "required" : "";
}

const isCompound = (schema: JsonSchema) => schema.properties !== undefined;

/** What may be written there, for a person. */
export function valueText(schema: JsonSchema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(valueText).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.examples?.[0] !== undefined) return `text such as \`${schema.examples[0]}\``;
  if (schema.prefixItems) return `[${schema.prefixItems.map(valueText).join(", ")}]`;
  if (schema.type === "array") return `list${span(schema.minItems, schema.maxItems)}${listOf(schema.items)}`;
  if (schema.type === "integer") return `whole number${span(schema.minimum, schema.maximum)}`;
  if (schema.type === "number") return `number${span(schema.minimum ?? schema.exclusiveMinimum, schema.maximum)}`;
  if (schema.type === "object" || schema.properties) return schema.properties ? "group" : "names and values";
  return { string: "text", boolean: "`true` or `false`", null: "null" }[schema.type ?? ""] ?? "anything";
}

function listOf(items: JsonSchema | undefined): string {
  return items && !isCompound(items) ? ` of ${valueText(items)}` : "";
}

function span(minimum: number | undefined, maximum: number | undefined): string {
  const max = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const min = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  if (min !== undefined && max !== undefined) return ` (${min} to ${max})`;
  if (min !== undefined) return ` (from ${min})`;
  return max === undefined ? "" : ` (up to ${max})`;
}
