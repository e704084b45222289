import {
  type Kube,
  type KubeObject,
  listObjects,
  loadAccess,
  openKube,
  type Resource,
  readObject,
} from "@sluice/cluster";
import { asSluiceError, SluiceError } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { Option } from "commander";

/** Where a command finds its objects. */
export interface ClusterOptions {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
}

export const clusterOptions = (): Option[] => [
  new Option("-n, --namespace <name>", "namespace (default: the context's)"),
  new Option("--context <name>", "context of the kubeconfig (default: its current one)"),
  new Option("--kubeconfig <file>", "kubeconfig (default: $KUBECONFIG, then ~/.kube/config)"),
];

/** One namespace of one cluster, as a person's command sees it. */
export interface Cluster {
  readonly kube: Kube;
  readonly namespace: string;
  /** Throws `object-missing`. */
  readonly get: <T extends KubeObject>(resource: Resource<T>, name: string) => Promise<T>;
  readonly find: <T extends KubeObject>(resource: Resource<T>, name: string) => Promise<T | undefined>;
  /** By name; what is malformed is told of and left out. */
  readonly list: <T extends KubeObject>(resource: Resource<T>) => Promise<T[]>;
}

/** Does `work` on the cluster of the options, and lets go of it. */
export async function withCluster<T>(options: ClusterOptions, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const access = loadAccess(options);
  const kube = openKube({ access, clock: systemClock, agent: "sluice-cli" });
  const namespace = options.namespace ?? access.namespace;
  const find: Cluster["find"] = (resource, name) => readObject(kube, resource, `${namespace}/${name}`);
  try {
    return await work({
      kube,
      namespace,
      find,
      async get(resource, name) {
        const found = await find(resource, name);
        if (found) return found;
        throw new SluiceError("object-missing", `no ${resource.kind} ${name} in namespace ${namespace}`);
      },
      list: async (resource) => sound(resource, await listObjects(kube, resource, { namespace })),
    });
  } finally {
    kube.close();
  }
}

function sound<T extends KubeObject>(resource: Resource<T>, objects: readonly unknown[]): T[] {
  const parsed = objects.flatMap((object) => {
    try {
      return [resource.parse(object)];
    } catch (error) {
      process.stderr.write(`left out: ${asSluiceError(error).message}\n`);
      return [];
    }
  });
  return parsed.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
