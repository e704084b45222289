type Json = Record<string, unknown>;

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Alike as JSON: the order of fields does not matter, and a field that is undefined is no field. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  return [...Object.keys(a), ...Object.keys(b)].every((name) => sameJson(a[name], b[name]));
}

/** The JSON merge patch (RFC 7396) that makes `before` into `after`; undefined where they are alike. */
export function mergePatch(before: unknown, after: Json): Json | undefined {
  const old = isRecord(before) ? before : {};
  const patch: Json = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(after)])) {
    const [was, is] = [old[name], after[name]];
    if (sameJson(was, is)) continue;
    if (is === undefined || is === null) patch[name] = null;
    else patch[name] = isRecord(is) && isRecord(was) ? mergePatch(was, is) : is;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** JSON with sorted fields: the same text for values that are alike. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    isRecord(field) ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1))) : field,
  );
}
