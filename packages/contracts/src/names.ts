import * as z from "zod";

/** A name that is one NATS token, one Kubernetes label value and one path segment: RFC 1123 label. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "use 1 to 63 lower-case letters, digits and '-', not at either end");

export const versionOfWire = 1;
