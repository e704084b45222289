/** One field that two specifications have differently; `before` or `after` is undefined where it is not there. */
export interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Entries by their names, where all have one: lists of Sluice's API are keyed so. */
function named(value: unknown): Fields | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const names = value.map((entry) => (isFields(entry) ? entry["name"] : undefined));
  if (!names.every((name) => typeof name === "string") || new Set(names).size < names.length) return undefined;
  return Object.fromEntries(value.map((entry: unknown, i) => [`[${names[i]}]`, entry]));
}

const partsOf = (value: unknown): Fields | undefined => (isFields(value) ? value : named(value));

/** What turns `before` into `after`, a line a field: `payload.rungs[full].quality`. The order of a named list counts, too. */
export function changesOf(before: unknown, after: unknown, path = ""): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [was, is] = [partsOf(before), partsOf(after)];
  if (!was || !is || isFields(before) !== isFields(after)) return [{ path, before, after }];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const inside = keys.flatMap((key) => changesOf(was[key], is[key], joined(path, key)));
  if (inside.length > 0 || isFields(before)) return inside;
  return [{ path: `${path} (order)`, before: Object.keys(was).join(" "), after: Object.keys(is).join(" ") }];
}

const joined = (path: string, key: string): string =>
  path === "" || key.startsWith("[") ? `${path}${key}` : `${path}.${key}`;

/** `~ budget.rate: 200kbit/s -> 300kbit/s`, `+ focus.zones: ["lane"]`, `- budget.cap: 1Mbit/s`. */
export function changeText({ path, before, after }: Change): string {
  if (before === undefined) return `+ ${path}: ${valueText(after)}`;
  if (after === undefined) return `- ${path}: ${valueText(before)}`;
  return `~ ${path}: ${valueText(before)} -> ${valueText(after)}`;
}

const valueText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
