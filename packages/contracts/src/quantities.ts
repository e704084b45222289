import {
  byteUnits,
  durationUnits,
  parseBytes,
  parseDuration,
  parseRate,
  type Result,
  rateUnits,
} from "@sluice/foundation";
import * as z from "zod";

const decimal = /^-?[0-9]+([.][0-9]+)?$/;

/** Text that a parser reads; the pattern is the same for the API server, which has no such parser. */
function quantity(parse: (text: string) => Result<number, string>, example: string, units: readonly string[]) {
  const pattern = `^\\s*[0-9]+([.][0-9]+)?\\s*(${units.join("|")})\\s*$`;
  const rule = { rule: `self.matches(r'${pattern}')`, message: `write a number and one of ${units.join(", ")}` };
  return z
    .string()
    .max(32)
    .meta({ examples: [example], "x-kubernetes-validations": [rule] })
    .transform((text, context) => {
      const parsed = parse(text);
      if (parsed.ok) return parsed.value;
      context.issues.push({ code: "custom", message: parsed.error, input: text });
      return z.NEVER;
    });
}

/** `"500ms"` → milliseconds. */
export const durationSchema = quantity(parseDuration, "500ms", durationUnits);
/** `"64KiB"` → bytes. */
export const sizeSchema = quantity(parseBytes, "64KiB", byteUnits);
/** `"200kbit/s"` → bytes a second. */
export const rateSchema = quantity(parseRate, "200kbit/s", rateUnits);

/** A decimal in quotes, as Kubernetes APIs carry fractions: `"0.35"` → 0.35. */
export function decimalSchema(minimum: number, maximum: number) {
  const message = `must lie between ${minimum} and ${maximum}`;
  const range = `double(self) >= double('${minimum}') && double(self) <= double('${maximum}')`;
  const rule = { rule: `!self.matches('${decimal.source}') || (${range})`, message };
  return z
    .string()
    .max(24)
    .regex(decimal, 'write a decimal number in quotes, such as "0.35"')
    .meta({ "x-kubernetes-validations": [rule] })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, message);
}
