import { parseBytes, parseDuration, parseRate, type Result } from "@sluice/foundation";
import * as z from "zod";

function quantity(parse: (text: string) => Result<number, string>, example: string) {
  return z
    .string()
    .meta({ examples: [example] })
    .transform((text, context) => {
      const parsed = parse(text);
      if (parsed.ok) return parsed.value;
      context.issues.push({ code: "custom", message: parsed.error, input: text });
      return z.NEVER;
    });
}

/** `"500ms"` → milliseconds. */
export const durationSchema = quantity(parseDuration, "500ms");
/** `"64KiB"` → bytes. */
export const sizeSchema = quantity(parseBytes, "64KiB");
/** `"200kbit/s"` → bytes a second. */
export const rateSchema = quantity(parseRate, "200kbit/s");

/** A decimal in quotes, as Kubernetes APIs carry fractions: `"0.35"` → 0.35. */
export const decimalSchema = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'write a decimal number in quotes, such as "0.35"')
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must lie between ${minimum} and ${maximum}`);
