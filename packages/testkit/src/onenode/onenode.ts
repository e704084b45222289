import { Resolver } from "node:dns/promises";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, terminate, working } from "../child.ts";
import { corednsBinary, etcdBinary, kubernetesBinary } from "../kube/binaries.ts";
import { makeCertificate } from "../kube/certificate.ts";
import { authorityOf, type Layout } from "../kube/flags.ts";
import { makeIdentities } from "../kube/identities.ts";
import { type Ran, runKubectl } from "../kube/kubectl.ts";
import { type Asking, ask } from "../kube/request.ts";
import { until } from "../until.ts";
import { selfSigned } from "./authority.ts";
import { existsCgroup, removeCgroup } from "./cgroups.ts";
import { writeFiles } from "./files.ts";
import { firstObjects } from "./objects.ts";
import { importing, type PartName, partsOf, proxyHealthPort } from "./parts.ts";
import { apiPort, type Place, takePlace } from "./place.ts";
import { disconnect, isRunning, runInNode, Space } from "./space.ts";

const startMs = 120_000;
const mostRestarts = 10;
/** Holds the name of the node's cgroups. */
const nameFile = "name";
const kubernetes = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet"];

/** A Kubernetes of one node that runs pods, in namespaces of its own: root is needed, and nothing of the machine is changed. */
export class OneNode implements AsyncDisposable {
  readonly folder: string;
  /** Path of the administrator's kubeconfig, for whoever runs on this machine. */
  readonly kubeconfig: string;
  readonly #place: Place;
  readonly #space: Space;
  readonly #parts: Readonly<Record<PartName, readonly string[]>>;
  readonly #asking: Asking;
  readonly #children = new Map<PartName, Child>();
  readonly #restarts = new Map<PartName, number>();
  #isUp = false;

  private constructor(place: Place, layout: Layout, space: Space) {
    const { folder, address } = place;
    this.folder = folder;
    this.kubeconfig = join(folder, "admin.kubeconfig");
    this.#place = place;
    this.#space = space;
    const client = selfSigned(join(folder, "kubelet-client"), "/O=system:masters/CN=kube-apiserver");
    writeFiles(place, client.certificate, layout.identities.tokens);
    this.#parts = partsOf(place, layout, client);
    const url = `https://${address}:${apiPort}`;
    this.#asking = { url, authority: authorityOf(layout), token: layout.identities.tokens.admin };
  }

  /** Starts one in `folder`, which is emptied; `pause` is the archive of the image that holds pods' namespaces. */
  static async start(folder: string, pause: string): Promise<OneNode> {
    await OneNode.forget(folder);
    // Others on this machine have no business in it, whatever modes its parts choose.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(join(folder, "home"));
    const place = takePlace(folder);
    writeFileSync(join(folder, nameFile), place.name);
    const space = await Space.start(place);
    const known = { identities: makeIdentities(folder), frontProxy: makeCertificate(folder) };
    const node = new OneNode(place, { folder, port: apiPort, ...known }, space);
    try {
      await node.#begin(pause);
      return node;
    } catch (cause) {
      await node.stop();
      throw cause;
    }
  }

  async #begin(pause: string): Promise<void> {
    linkPrograms(join(this.folder, "bin"));
    await this.#beginServer(pause);
    await this.#beginNode();
    this.#isUp = true;
  }

  async #beginServer(pause: string): Promise<void> {
    this.#launch("etcd");
    this.#launch("containerd");
    const answers = async () => (await ask(this.#asking, "GET", "/readyz")).status === 200;
    await working(this.#launch("kube-apiserver"), "kube-apiserver", answers, startMs);
    const list = { apiVersion: "v1", kind: "List", items: firstObjects(this.folder) };
    await this.must(["apply", "-f", "-"], JSON.stringify(list));
    await working(this.#children.get("containerd")!, "containerd", () => this.load(pause), startMs);
  }

  async #beginNode(): Promise<void> {
    for (const part of ["kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "coredns"] as const)
      this.#launch(part);
    const works = (part: PartName, condition: () => Promise<boolean>) =>
      working(this.#children.get(part)!, part, condition, startMs);
    await works("kubelet", () => this.#isReady());
    await works("kube-proxy", () => this.#translates());
    await works("coredns", () => this.#knowsNames());
  }

  #launch(part: PartName): Child {
    const child = this.#space.launch(part, this.#parts[part]);
    this.#children.set(part, child);
    child.once("exit", () => this.#ended(part));
    return child;
  }

  /** As on any node, parts that end are started again; not for ever, since then something else is wrong. */
  #ended(part: PartName): void {
    const restarts = this.#restarts.get(part) ?? 0;
    if (!this.#isUp || restarts === mostRestarts) return;
    this.#restarts.set(part, restarts + 1);
    this.#launch(part);
  }

  /** Brings an image, an OCI archive, under the name that it holds. */
  load(archive: string): boolean {
    runInNode(this.folder, "ctr", importing(archive));
    return true;
  }

  kubectl(args: readonly string[], input?: string): Promise<Ran> {
    return runKubectl(args, this.kubeconfig, join(this.folder, "home"), input);
  }

  /** What kubectl says; rejects with its complaint if it failed. */
  async must(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async #isReady(): Promise<boolean> {
    const { stdout } = await this.kubectl(["wait", "node/sluice", "--for=condition=Ready", "--timeout=5s"]);
    return stdout.includes("condition met");
  }

  async #translates(): Promise<boolean> {
    return (await fetch(`http://${this.#place.address}:${proxyHealthPort}/healthz`)).ok;
  }

  async #knowsNames(): Promise<boolean> {
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([this.#place.address]);
    return (await resolver.resolve4("kubernetes.default.svc.cluster.local")).length > 0;
  }

  /** Ends all of it and forgets its folder. */
  async stop(): Promise<void> {
    this.#isUp = false;
    await this.#space.end();
    for (const child of this.#children.values()) await terminate(child, "SIGKILL");
    await OneNode.forget(this.folder);
  }

  /** Removes what a node of this folder left that did not end in order; throws where it runs. */
  static async forget(folder: string): Promise<void> {
    if (!existsSync(folder)) return;
    if (isRunning(folder)) throw new Error(`a node runs in ${folder}: end it first`);
    const file = join(folder, nameFile);
    const name = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    // While its cgroup is there nobody else has its name, so whatever has it is its own.
    if (name !== undefined && existsCgroup(name)) {
      disconnect(name);
      await removeCgroup(name);
    }
    await until(() => removedFolder(folder), { what: `the removal of ${folder}` });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Programs are known by their names. */
function linkPrograms(bin: string): void {
  mkdirSync(bin);
  for (const name of kubernetes) symlinkSync(kubernetesBinary(), join(bin, name));
  symlinkSync(etcdBinary(), join(bin, "etcd"));
  symlinkSync(corednsBinary(), join(bin, "coredns"));
}

/** The kernel takes a moment to undo the mounts of a namespace that nobody is in. */
function removedFolder(folder: string): boolean {
  rmSync(folder, { recursive: true, force: true });
  return true;
}
