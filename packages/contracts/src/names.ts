import * as z from "zod";

export const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
export const nameHint = "use 1 to 63 lower-case letters, digits and '-', not at either end";

/** A name that is one NATS token, one Kubernetes label value and one path segment: RFC 1123 label. */
export const nameSchema = z.string().regex(namePattern, { error: nameHint, abort: true }).max(63);

/** A list whose entries have names of their own; the API server sees to that by itself. */
export const namedList = <S extends z.ZodType<{ name: string }>>(entry: S) =>
  z
    .array(entry)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, "two entries have the same name");

export const versionOfWire = 1;
