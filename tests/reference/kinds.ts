import { jsonSchema, type KindName, kinds, openApi } from "@sluice/contracts";
import { fieldTable } from "./fields.ts";
import { table } from "./sections.ts";

/** What a reference page says of a kind of the cluster API. A model's spec stands with its manifest. */
export const kindSections: Readonly<Record<string, () => string>> = Object.fromEntries(
  (Object.keys(kinds) as KindName[]).flatMap((kind) => [
    ...(kind === "InferenceModel" ? [] : [[`spec-of-${kind}`, () => part(kind, "spec")]]),
    [`rules-of-${kind}`, () => rulesTable(kind)],
    [`status-of-${kind}`, () => part(kind, "status")],
  ]),
);

function part(kind: KindName, name: "spec" | "status"): string {
  const { description: _, ...within } = jsonSchema(kinds[kind].schema.shape[name]);
  return fieldTable({ properties: { [name]: within } });
}

interface Ruled {
  readonly properties?: Readonly<Record<string, Ruled>>;
  readonly items?: Ruled;
  readonly additionalProperties?: Ruled;
  readonly "x-kubernetes-validations"?: readonly { rule: string; message: string; fieldPath?: string }[];
}

/** Rules that a field's kind of value does not already say. */
function rulesTable(kind: KindName): string {
  return table(
    ["field", "what is refused"],
    rulesOf(openApi(kind), "")
      .filter(({ rule }) => !rule.startsWith("self.matches("))
      .map(({ path, message }) => [`\`${path}\``, message]),
  );
}

function rulesOf(node: Ruled, path: string): { path: string; rule: string; message: string }[] {
  const own = (node["x-kubernetes-validations"] ?? []).map(({ rule, message, fieldPath = "" }) => ({
    path: `${path}${fieldPath}` || "metadata.name",
    rule,
    message,
  }));
  const fields = Object.entries(node.properties ?? {}).flatMap(([name, field]) =>
    rulesOf(field, path ? `${path}.${name}` : name),
  );
  const items = node.items ? rulesOf(node.items, `${path}[]`) : [];
  const values = node.additionalProperties ? rulesOf(node.additionalProperties, `${path}.*`) : [];
  return [...own, ...fields, ...items, ...values];
}
