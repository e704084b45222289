import { isGone } from "./api-error.ts";
import { mergePatch } from "./equal.ts";
import type { Kube } from "./kube.ts";
import { collectionPath, type KubeObject, keyOf, objectPath, type Resource } from "./resource.ts";

const mergeType = "application/merge-patch+json";

/** The object as it is now, past every cache; undefined where there is none. */
export async function readObject<T extends KubeObject>(
  kube: Kube,
  resource: Resource<T>,
  key: string,
): Promise<T | undefined> {
  try {
    return resource.parse(await kube.call({ verb: "GET", path: objectPath(resource, key) }));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Throws an ApiError of status 409 where it exists already. */
export async function createObject<T extends KubeObject>(
  kube: Kube,
  resource: Resource<T>,
  object: object,
): Promise<T> {
  const { metadata } = object as KubeObject;
  const path = collectionPath(resource, metadata.namespace);
  const body = { apiVersion: resource.apiVersion, kind: resource.kind, ...object };
  return resource.parse(await kube.call({ verb: "POST", path, body }));
}

/** Deletes this very object, and no other that has its name by now; true where it was there. */
export async function deleteObject(kube: Kube, resource: Resource, object: KubeObject): Promise<boolean> {
  const { uid } = object.metadata;
  const body = { propagationPolicy: "Background", ...(uid !== undefined && { preconditions: { uid } }) };
  try {
    await kube.call({ verb: "DELETE", path: objectPath(resource, keyOf(object)), body });
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/**
 * Makes the object's status into `status`, if it is not so already: returns the version that was written, if any. Throws
 * `cluster-conflict` where the object has changed since it was read.
 */
export async function writeStatus(
  kube: Kube,
  resource: Resource,
  object: KubeObject & { readonly status?: unknown },
  status: object,
): Promise<string | undefined> {
  const patch = mergePatch(object.status, status as Record<string, unknown>);
  return patch && patchObject(kube, resource, object, { status: patch }, "status");
}

/** Puts the finalizer on: the object stays until {@link dropFinalizer}. Returns whether anything was written. */
export function addFinalizer(kube: Kube, resource: Resource, object: KubeObject, name: string): Promise<boolean> {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(name)) return Promise.resolve(false);
  return patchFinalizers(kube, resource, object, [...finalizers, name]);
}

/** Lets the object go; returns whether anything was written. It is no error that it went already. */
export async function dropFinalizer(
  kube: Kube,
  resource: Resource,
  object: KubeObject,
  name: string,
): Promise<boolean> {
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(name)) return false;
  try {
    return await patchFinalizers(
      kube,
      resource,
      object,
      finalizers.filter((other) => other !== name),
    );
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function patchFinalizers(kube: Kube, resource: Resource, object: KubeObject, finalizers: readonly string[]) {
  await patchObject(kube, resource, object, { metadata: { finalizers } });
  return true;
}

/** A merge patch that fails where the object is not the version that the patch was computed from; returns the new version. */
export async function patchObject(
  kube: Kube,
  resource: Resource,
  object: KubeObject,
  patch: { metadata?: object; [field: string]: unknown },
  subresource?: string,
): Promise<string | undefined> {
  const { resourceVersion, uid } = object.metadata;
  const body = { ...patch, metadata: { ...patch.metadata, resourceVersion, uid } };
  const path = objectPath(resource, keyOf(object), subresource);
  const patched = await kube.call({ verb: "PATCH", path, body, contentType: mergeType });
  return (patched as Partial<KubeObject> | null)?.metadata?.resourceVersion;
}
