import { SluiceError } from "@sluice/contracts";

/** `metav1.ObjectMeta`, as far as controllers need it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
}

/** `metav1.OwnerReference`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

export interface KubeObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: ObjectMeta;
}

/** A kind of object, where its objects are, and what makes one of them well-formed. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** `v1`, or `group/version`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The name in paths: `offloadpolicies`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** The typed object; throws a SluiceError that lists what is wrong. What the type does not name may be dropped. */
  parse(value: unknown): T;
}

/** A kind of Kubernetes itself: the API server has checked its objects. */
export const builtIn = <T extends KubeObject>(kind: Omit<Resource<T>, "parse">): Resource<T> => ({
  ...kind,
  parse: (value) => value as T,
});

/** `namespace/name`, or `name` for what has no namespace. */
export const keyOf = ({ metadata }: KubeObject): string =>
  metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;

export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf("/");
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The path of a kind's collection; of all namespaces where none is given. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.apiVersion.includes("/") ? "/apis" : "/api";
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}/${resource.apiVersion}${scope}/${resource.plural}`;
}

export function objectPath(resource: Resource, key: string, subresource?: string): string {
  const { namespace, name } = splitKey(key);
  if (resource.namespaced !== (namespace !== undefined) || name === "") {
    throw new SluiceError(
      "bad-request",
      `${resource.kind} "${key}": the key is not ${resource.namespaced ? "namespace/name" : "a name"}`,
    );
  }
  const tail = subresource ? `/${subresource}` : "";
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}${tail}`;
}

/** An object as far as its metadata is sound: enough to say which one it is. Undefined where it is none. */
export function asObject(value: unknown): KubeObject | undefined {
  const metadata = (value as { metadata?: Partial<ObjectMeta> } | null)?.metadata;
  return typeof metadata?.name === "string" && metadata.name !== "" ? (value as KubeObject) : undefined;
}
