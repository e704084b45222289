import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { SluiceError } from "@sluice/contracts";

/** Requests at one time; watches have connections of their own, so that they never take a request's place. */
const connections = 16;
const keepAliveMs = 30_000;
/** Load balancers forget silent connections, most of them after a minute, and tell nobody: ours are closed before. */
const idleMs = 30_000;

export interface AccessOptions {
  /** A kubeconfig file; without one the usual places: `$KUBECONFIG`, `~/.kube/config`, the pod's service account. */
  kubeconfig?: string | undefined;
  /** Context of the kubeconfig; its current one unless given. */
  context?: string | undefined;
}

/** How to reach one API server, and as whom. */
export interface Access {
  /** Address of the API server, without a slash at its end. */
  readonly server: string;
  /** Namespace of the context, or of the pod. */
  readonly namespace: string;
  /** Connection and credentials for one request. Tokens are renewed where the kubeconfig says how. */
  request(purpose: "call" | "watch"): Promise<RequestOptions>;
  close(): void;
}

const podNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** Throws `config-invalid` where the kubeconfig cannot be read or names no server. */
export function loadAccess(options: AccessOptions = {}): Access {
  const config = read(options);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) {
    const known = config.getContexts().map((context) => context.name);
    const hint = known.length > 0 ? `known are ${known.join(", ")}` : "it has none";
    throw new SluiceError(
      "config-invalid",
      `kubeconfig: context "${config.getCurrentContext()}" has no server; ${hint}`,
    );
  }
  const agents = new Agents();
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: namespaceOf(config),
    async request(purpose) {
      const opts: RequestOptions = {};
      await config.applyToHTTPSOptions(opts);
      return cluster.proxyUrl ? opts : { ...opts, agent: agents.of(purpose, cluster.server, opts) };
    },
    close: () => agents.close(),
  };
}

function read({ kubeconfig, context }: AccessOptions): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (cause) {
    const where = kubeconfig ?? process.env.KUBECONFIG ?? "~/.kube/config";
    throw new SluiceError("config-invalid", `kubeconfig ${where}: ${(cause as Error).message}`, { cause });
  }
  if (context) config.setCurrentContext(context);
  return config;
}

function namespaceOf(config: KubeConfig): string {
  const named = config.getContextObject(config.getCurrentContext())?.namespace;
  if (named) return named;
  try {
    return readFileSync(podNamespace, "utf8").trim() || "default";
  } catch {
    // Not in a pod: kubectl's default is ours.
    return "default";
  }
}

/** The library's own agent opens a TLS connection for every request; these are reused until the credentials change. */
class Agents {
  #key = "";
  #agents = new Map<string, HttpAgent>();

  of(purpose: "call" | "watch", server: string, { ca, cert, key, rejectUnauthorized, servername }: RequestOptions) {
    const now = JSON.stringify([ca, cert, key].map(String));
    // Renewed credentials: what is under way ends on its old connection.
    if (now !== this.#key) this.#agents.clear();
    this.#key = now;
    const known = this.#agents.get(purpose);
    if (known) return known;
    const Kind = server.startsWith("http:") ? HttpAgent : HttpsAgent;
    const tls = { ca, cert, key, rejectUnauthorized, servername };
    const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
    const sockets = { maxSockets: purpose === "watch" ? Number.POSITIVE_INFINITY : connections };
    const agent = new Kind({
      keepAlive: true,
      keepAliveMsecs: keepAliveMs,
      maxFreeSockets: connections,
      timeout: idleMs,
      ...sockets,
      ...given,
    });
    this.#agents.set(purpose, agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}
