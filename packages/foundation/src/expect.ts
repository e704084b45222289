/** Values that come from outside a program, such as its own state of another day: each of these throws, saying what is wrong. */

/** The fields of an object. */
export function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`${what}: expected an object`);
}

/** A list of at most `longest` items, each read by `item`. */
export function listOf<T>(
  value: unknown,
  what: string,
  longest: number,
  item: (value: unknown, what: string) => T,
): T[] {
  if (!Array.isArray(value)) throw new TypeError(`${what}: expected a list`);
  if (value.length > longest) throw new RangeError(`${what}: expected at most ${longest} items`);
  return value.map((each, i) => item(each, `${what}[${i}]`));
}

/** A number between two others, both included; never NaN. */
export function numberIn(value: unknown, what: string, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new RangeError(`${what}: expected a number from ${least} to ${most}`);
}
