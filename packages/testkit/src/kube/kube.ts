import { join } from "node:path";
import { repoRoot, type TempDir, tempDir } from "../paths.ts";
import { type AccountOptions, makeAccount } from "./account.ts";
import type { Certificate } from "./certificate.ts";
import { ControlPlane } from "./control-plane.ts";
import { type Ran, runKubectl } from "./kubectl.ts";
import { ask, type KubeAnswer } from "./request.ts";

export interface KubeOptions {
  /** Start kube-controller-manager too: owner references, Deployments, the ends of namespaces. */
  readonly controllerManager?: boolean;
  /** Let KEDA serve an API of its own: see {@link startKeda}. */
  readonly aggregation?: boolean;
  /** Apply Sluice's CRDs and wait until they are served; done unless said otherwise. */
  readonly crds?: boolean;
}

export interface Kube extends AsyncDisposable {
  readonly url: string;
  /** A token that may do everything, and a kubeconfig with it. */
  readonly token: string;
  readonly kubeconfig: string;
  /** Path of the certificate by which the API server is known. */
  readonly authority: string;
  /** Certificate for servers of other APIs, with `aggregation`. */
  readonly frontProxy?: Certificate;
  /** Asks the API server as admin: a path such as `/apis/sluice.dev/v1alpha1/…`. PATCH is a merge patch. */
  request(method: string, path: string, body?: unknown): Promise<KubeAnswer>;
  /** Runs kubectl as admin, or with another kubeconfig. */
  kubectl(args: readonly string[], options?: { input?: string; kubeconfig?: string }): Promise<Ran>;
  /** A service account that may do what the options say and nothing else. */
  account(options: AccountOptions): Promise<{ token: string; kubeconfig: string }>;
  /** SIGKILL for the API server alone; etcd keeps what it had. */
  killServer(): Promise<void>;
  /** Starts it again on the same port and waits until it is ready. Watches that go on from before get 410 Gone. */
  startServer(): Promise<void>;
  /** Has etcd forget all versions but the newest, as the API server does every five minutes. */
  compact(): Promise<void>;
  /** Ends everything and forgets its folder. */
  stop(): Promise<void>;
}

/** Starts a real etcd and kube-apiserver on the loopback address as an ordinary user: ready in some seconds. */
export async function startKube(options: KubeOptions = {}): Promise<Kube> {
  const { controllerManager = false, crds = true, aggregation = false } = options;
  const dir = tempDir();
  const plane = await ControlPlane.start(dir.path, { aggregation }).catch(async (cause: unknown) => {
    await dir.remove();
    throw cause;
  });
  const kube = handle(plane, dir);
  try {
    if (crds) await applyCrds(kube);
    if (controllerManager) await plane.startControllers();
    return kube;
  } catch (cause) {
    await kube.stop();
    throw cause;
  }
}

function handle(plane: ControlPlane, dir: TempDir): Kube {
  const { asking } = plane;
  const kubeconfig = plane.writeKubeconfig("admin", asking.token);
  const request: Kube["request"] = (method, path, body) => ask(asking, method, path, body);
  const stop = async () => {
    await plane.end();
    await dir.remove();
  };
  return {
    ...asking,
    ...(plane.layout.frontProxy && { frontProxy: plane.layout.frontProxy }),
    kubeconfig,
    request,
    kubectl: (args, { input, kubeconfig: other = kubeconfig } = {}) =>
      runKubectl(args, other, join(dir.path, "home"), input),
    account: async (options) => {
      const token = await makeAccount(request, options);
      return { token, kubeconfig: plane.writeKubeconfig(`account-${options.name}`, token, options.namespace) };
    },
    killServer: () => plane.killServer(),
    startServer: () => plane.startServer(),
    compact: () => plane.compact(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function applyCrds(kube: Kube): Promise<void> {
  const folder = join(repoRoot, "charts/sluice/api");
  for (const args of [
    ["apply", "--server-side", "-f", folder],
    ["wait", "--for=condition=Established", "--timeout=30s", "-f", folder],
  ]) {
    const { code, stderr } = await kube.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args[0]} of the CRDs failed: ${stderr}`);
  }
}
