import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, seededPrng, systemClock } from "@sluice/foundation";
import { type Kube as Server, type TempDir, tempDir, until } from "@sluice/testkit";
import { loadAccess } from "./access.ts";
import { type Kube, openKube } from "./kube.ts";
import type { Meter } from "./meter.ts";
import { Reflector, type ReflectorOptions } from "./reflector.ts";
import { builtIn, type KubeObject, type Resource } from "./resource.ts";

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps = builtIn<ConfigMap>({
  apiVersion: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

/** Metrics as a test looks at them: the sum, or the last value, of each name with its labels. */
export class Tally implements Meter {
  readonly values = new Map<string, number>();
  inc: Meter["inc"] = (name, labels, by = 1) => this.#put(name, labels, (was) => was + by);
  set: Meter["set"] = (name, labels, value) => this.#put(name, labels, () => value);
  remove: Meter["remove"] = (name, labels) => this.values.delete([name, ...Object.values(labels)].join(" "));
  observe: Meter["observe"] = (name, labels) => this.#put(name, labels, (was) => was + 1);

  /** The value of `name`, `name value`, …; 0 where there is none. */
  of(...words: readonly string[]): number {
    return this.values.get(words.join(" ")) ?? 0;
  }

  #put(name: string, labels: object, change: (was: number) => number): void {
    const key = [name, ...Object.values(labels)].join(" ");
    this.values.set(key, change(this.values.get(key) ?? 0));
  }
}

export interface Client extends AsyncDisposable {
  readonly kube: Kube;
  readonly tally: Tally;
}

export interface ClientOptions {
  /** Through a relay or a proxy on this port. */
  readonly port?: number;
  readonly plain?: boolean;
  readonly clock?: Clock;
  readonly kubeconfig?: string;
  readonly mayWrite?: () => void;
}

/** A client of the server under test. */
export function client(server: Server, options: ClientOptions = {}): Client {
  const dir: TempDir = tempDir();
  const config = JSON.parse(readFileSync(options.kubeconfig ?? server.kubeconfig, "utf8"));
  if (options.port !== undefined) {
    const { plain = false, port } = options;
    const cluster = plain ? { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } : undefined;
    config.clusters[0].cluster = cluster ?? { ...config.clusters[0].cluster, server: `https://127.0.0.1:${port}` };
  }
  const path = join(dir.path, "kubeconfig");
  writeFileSync(path, JSON.stringify(config));
  const tally = new Tally();
  const { clock = systemClock, mayWrite } = options;
  const access = loadAccess({ kubeconfig: path });
  const kube = openKube({ access, clock, meter: tally, agent: "sluice-test", ...(mayWrite && { mayWrite }) });
  const close = async () => {
    kube.close();
    await dir.remove();
  };
  return { kube, tally, [Symbol.asyncDispose]: close };
}

export interface Running<T extends KubeObject> extends AsyncDisposable {
  readonly reflector: Reflector<T>;
  /** What the reflector told of, oldest first: `+key`, `~key`, `-key`. */
  readonly told: string[];
  readonly problems: string[];
}

/** A reflector at work; synced unless the server refuses. */
export function reflect<T extends KubeObject>(
  { kube, tally }: Client,
  resource: Resource<T>,
  options: Partial<ReflectorOptions<T>> = {},
): Running<T> {
  const told: string[] = [];
  const problems: string[] = [];
  const onProblem: ReflectorOptions<T>["onProblem"] = (error) => problems.push(error.code);
  const world = { clock: systemClock, prng: seededPrng(1), meter: tally };
  const reflector = new Reflector<T>({ kube, resource, ...world, onProblem, ...options });
  reflector.subscribe(({ key, before, after }) => told.push(`${before ? (after ? "~" : "-") : "+"}${key}`));
  const end = new AbortController();
  const running = reflector.run(end.signal);
  const stop = async () => {
    end.abort();
    await running;
  };
  return { reflector, told, problems, [Symbol.asyncDispose]: stop };
}

/** Waits until a watch holds that has seen everything that was listed. */
export const watching = ({ tally }: Client, kind = "ConfigMap") =>
  until(() => tally.of("sluice_operator_watch_connected", kind) === 1, { what: `watch of ${kind}` });

/** A namespace of a test's own. */
export async function namespace(server: Server, name: string): Promise<string> {
  const { status, body } = await server.request("POST", "/api/v1/namespaces", { metadata: { name } });
  if (status >= 300) throw new Error(`namespace ${name}: ${JSON.stringify(body)}`);
  return name;
}

/** Writes a ConfigMap past the client under test. */
export async function putMap(server: Server, space: string, name: string, data: Record<string, string> = {}) {
  const path = `/api/v1/namespaces/${space}/configmaps`;
  const made = await server.request("POST", path, { metadata: { name }, data });
  const answer = made.status === 409 ? await server.request("PATCH", `${path}/${name}`, { data }) : made;
  if (answer.status >= 300) throw new Error(`ConfigMap ${name}: ${JSON.stringify(answer.body)}`);
}

export const dropMap = (server: Server, space: string, name: string) =>
  server.request("DELETE", `/api/v1/namespaces/${space}/configmaps/${name}`);
