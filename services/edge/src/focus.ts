import type { OffloadSpec } from "@sluice/contracts";
import type { Model } from "@sluice/models";
import { unknownClasses } from "@sluice/scene";

/** Of class names, in a message. */
const shown = 5;

/** What a person must know of the focus that the device acts on, if anything. */
export function focusProblem(spec: OffloadSpec, { name, classes }: Pick<Model, "name" | "classes">): string | null {
  const unknown = unknownClasses(spec, classes);
  if (unknown.length === 0) return null;
  const some = unknown.slice(0, shown).join(", ");
  const more = unknown.length > shown ? ` and ${unknown.length - shown} more` : "";
  const rest = unknown.length < spec.focus.classes.length ? "the others count" : "so it is as if no class was named";
  return `focus: the edge model ${name} knows no ${some}${more}; ${rest}. Name classes of its manifest.`;
}
