import { type KubeObject, keyOf, type OwnerReference, type Resource } from "./resource.ts";
import type { Change } from "./store.ts";

/** Makes `owner` the controller of what carries the reference: deleted with it, and owned by nobody else. */
export function ownerReference(resource: Resource, owner: KubeObject): OwnerReference {
  const { name, uid = "" } = owner.metadata;
  return {
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller);

/** Of a change, the key of the object itself. */
export const ownKey = (change: Change): string[] => [change.key];

/** Of a change, the keys of the objects of a kind that control it, or did before. */
export const ownerKeys =
  (resource: Resource) =>
  ({ before, after }: Change): string[] => {
    const keys = [before, after].flatMap((object) => (object ? keysOfOwner(resource, object) : []));
    return [...new Set(keys)];
  };

function keysOfOwner(resource: Resource, object: KubeObject): string[] {
  const owner = controllerOf(object);
  // An owner is in the same namespace, or in none.
  const isKind = owner?.kind === resource.kind && owner.apiVersion === resource.apiVersion;
  if (!owner || !isKind) return [];
  return [
    keyOf({ metadata: { name: owner.name, namespace: resource.namespaced ? object.metadata.namespace : undefined } }),
  ];
}
