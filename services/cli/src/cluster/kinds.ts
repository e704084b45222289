import type { KubeObject, Resource } from "@sluice/cluster";
import {
  apiVersion,
  type EdgeDevice,
  edgeDeviceSchema,
  type KindName,
  kinds,
  type OffloadPolicy,
  offloadPolicySchema,
  validate,
} from "@sluice/contracts";

/** An object as the server holds it: what `-o json` shows, and what edits start from. */
export interface Raw {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeObject["metadata"];
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A checked object together with what was checked. */
export type Known<T> = T & { readonly raw: Raw };
export type Policy = Known<OffloadPolicy>;
export type Device = Known<EdgeDevice>;

function kind<T extends KubeObject>(name: KindName, check: (value: unknown) => T): Resource<Known<T>> {
  const parse = (value: unknown): Known<T> => ({ ...check(value), raw: value as Raw });
  return { apiVersion, kind: name, plural: kinds[name].plural, namespaced: true, parse };
}

const code = "object-invalid";
/** Items of a list lack their kind. */
const whole = (value: unknown, name: KindName) => ({ apiVersion, kind: name, ...(value as object) });

export const policies = kind("OffloadPolicy", (value) =>
  validate(whole(value, "OffloadPolicy"), offloadPolicySchema, nameIn(value, "OffloadPolicy"), code),
);
export const devices = kind("EdgeDevice", (value) =>
  validate(whole(value, "EdgeDevice"), edgeDeviceSchema, nameIn(value, "EdgeDevice"), code),
);

const nameIn = (value: unknown, name: KindName): string =>
  `${name} ${(value as { metadata?: { name?: string } } | null)?.metadata?.name ?? "without a name"}`;
