import * as z from "zod";

/**
 * Reads what a newer version may have written: fields that this one does not know are left out, however deep. What is
 * checked otherwise is checked as ever, so an unknown *value* of a known field is still refused.
 */
export const tolerant = <S extends z.ZodType>(schema: S) =>
  z.unknown().transform((input, context): z.output<S> => {
    const strict = schema.safeParse(input);
    if (strict.success) return strict.data;
    const second = schema.safeParse(withoutStrangers(input, strict.error.issues));
    if (second.success) return second.data;
    context.issues.push(...second.error.issues.map((issue) => ({ ...issue, code: "custom" as const, input })));
    return z.NEVER;
  });

function withoutStrangers(input: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const known = structuredClone(input);
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const owner = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown>)[step], known);
    for (const key of issue.keys) delete (owner as Record<string, unknown>)[key];
  }
  return known;
}
