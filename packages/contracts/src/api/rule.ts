import type * as z from "zod";

/** A condition on a value that a program checks here and the API server checks in CEL, with the same message. */
export interface Rule<T> {
  /** In the Common Expression Language, over `self` as it was written: quantities are still text. */
  readonly cel: string;
  readonly message: string;
  readonly holds: (value: T) => boolean;
  /** The field that the message belongs to, if not the whole. */
  readonly at?: string;
}

/** What `x-kubernetes-validations` holds. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

const key = "x-kubernetes-validations";

function withCel<S extends z.ZodType>(schema: S, before: z.ZodType, rule: CelRule): S {
  const earlier = (before.meta()?.[key] ?? []) as readonly CelRule[];
  return schema.meta({ ...before.meta(), [key]: [...earlier, rule] });
}

/** `schema` with one more rule, which holds in every program and in the API server. */
export function ruled<S extends z.ZodType>(schema: S, { cel, message, holds, at }: Rule<z.output<S>>): S {
  const refined = schema.refine(holds, { message, ...(at === undefined ? {} : { path: [at] }) });
  return withCel(refined, schema, { rule: cel, message, ...(at === undefined ? {} : { fieldPath: `.${at}` }) });
}

/** A rule that only a cluster has: what a file may leave out, or what depends on the object as it was before. */
export function inCluster<S extends z.ZodType>(schema: S, cel: string, message: string): S {
  return withCel(schema, schema, { rule: cel, message });
}

/** A field that keeps the value with which its object was created. */
export const immutable = <S extends z.ZodType>(schema: S, message: string): S =>
  inCluster(schema, "self == oldSelf", `is immutable: ${message}`);
