import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Kube, type TempDir, tempDir } from "@sluice/testkit";
import { type Program, startProgram } from "./program.builder.ts";

const node = "here";
const lookEveryMs = 100;
const pods = "/api/v1/namespaces/default/pods";

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly args?: readonly string[] }[];
    readonly volumes?: readonly { readonly configMap?: { readonly name: string } }[];
  };
}

/**
 * Stands in for scheduler and kubelet where there is no container runtime: each pod of the default namespace becomes a real
 * inference process with the pod's own arguments and configuration, which gets SIGTERM when the pod is deleted and whose end
 * is the pod's.
 */
export class Kubelet implements AsyncDisposable {
  readonly #kube: Kube;
  readonly #dir: TempDir = tempDir();
  readonly #running = new Map<string, Promise<Program>>();
  readonly #ending = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** What the pods' processes ended with. */
  readonly ends: (number | string)[] = [];
  /** The first thing that went wrong. */
  problem: unknown;

  private constructor(kube: Kube) {
    this.#kube = kube;
  }

  static async start(kube: Kube): Promise<Kubelet> {
    await kube.request("POST", "/api/v1/nodes", { metadata: { name: node } });
    const kubelet = new Kubelet(kube);
    void kubelet.#look();
    return kubelet;
  }

  /** Pods that run and are not being deleted. */
  get count(): number {
    return this.#running.size - this.#ending.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#ending.values());
    const programs = await Promise.all(this.#running.values());
    await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
    await this.#dir.remove();
  }

  async #look(): Promise<void> {
    const { body } = await this.#kube.request("GET", pods);
    for (const pod of (body.items ?? []) as Pod[]) this.#see(pod);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#look().catch(this.#fail), lookEveryMs);
  }

  readonly #fail = (cause: unknown): void => {
    this.problem ??= cause;
  };

  #see({ metadata: { name, deletionTimestamp }, spec }: Pod): void {
    if (!spec.nodeName) {
      const binding = { metadata: { name }, target: { kind: "Node", name: node } };
      this.#kube.request("POST", `${pods}/${name}/binding`, binding).catch(this.#fail);
    } else if (deletionTimestamp !== undefined) {
      if (!this.#ending.has(name)) this.#ending.set(name, this.#end(name).catch(this.#fail));
    } else if (!this.#running.has(name)) {
      const running = this.#run(name, spec);
      running.catch(this.#fail);
      this.#running.set(name, running);
    }
  }

  async #run(name: string, spec: Pod["spec"]): Promise<Program> {
    const map = spec.volumes!.find(({ configMap }) => configMap)!.configMap!.name;
    const { data } = (await this.#kube.request("GET", `/api/v1/namespaces/default/configmaps/${map}`)).body;
    const folder = join(this.#dir.path, name);
    await mkdir(folder);
    await writeFile(join(folder, "model.yaml"), data["model.yaml"] as string);
    const config = { ...JSON.parse(data["config.yaml"] as string), http: { port: 0 } };
    const args = spec.containers[0]!.args!.slice(2).map((word) => word.replace("$(POD_NAME)", name));
    const program = await startProgram("inference", folder, config, { args });
    const conditions = ["Ready", "ContainersReady"].map((type) => ({ type, status: "True" }));
    await this.#kube.request("PATCH", `${pods}/${name}/status`, { status: { phase: "Running", conditions } });
    return program;
  }

  async #end(name: string): Promise<void> {
    const program = await this.#running.get(name);
    if (program) this.ends.push(await program.end("SIGTERM"));
    const { status } = await this.#kube.request("DELETE", `${pods}/${name}`, { gracePeriodSeconds: 0 });
    if (status !== 200 && status !== 404) throw new Error(`pod ${name} could not be deleted: HTTP ${status}`);
    this.#running.delete(name);
    this.#ending.delete(name);
  }
}
