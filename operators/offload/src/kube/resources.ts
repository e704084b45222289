import type { KubeObject, Resource } from "@sluice/cluster";
import {
  apiVersion,
  type EdgeDevice,
  edgeDeviceSchema,
  type InferenceBackend,
  inferenceBackendSchema,
  inferenceModelSchema,
  offloadPolicySchema,
  validate,
} from "@sluice/contracts";
import type { Written } from "../policy/revision.ts";
import type { Model, Policy } from "../ports.ts";

const kind = <T extends KubeObject>(name: string, plural: string, read: (value: unknown) => T): Resource<T> => ({
  apiVersion,
  kind: name,
  plural,
  namespaced: true,
  parse: read,
});

const check = <S extends Parameters<typeof validate>[1]>(value: unknown, schema: S, what: string) =>
  validate(value, schema, what, "object-invalid");

/** The specification as the object has it. */
const writtenIn = (value: unknown): Written => (value as { spec?: Written }).spec ?? {};

/** The kinds of the cluster API, and what makes an object of each well-formed. */
export const policies = kind<Policy>("OffloadPolicy", "offloadpolicies", (value) => ({
  ...check(value, offloadPolicySchema, "OffloadPolicy"),
  written: writtenIn(value),
}));
export const devices = kind<EdgeDevice>("EdgeDevice", "edgedevices", (value) =>
  check(value, edgeDeviceSchema, "EdgeDevice"),
);
export const models = kind<Model>("InferenceModel", "inferencemodels", (value) => ({
  ...check(value, inferenceModelSchema, "InferenceModel"),
  written: writtenIn(value),
}));
export const backends = kind<InferenceBackend>("InferenceBackend", "inferencebackends", (value) =>
  check(value, inferenceBackendSchema, "InferenceBackend"),
);
