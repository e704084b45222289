import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, launch, terminate, working } from "../child.ts";
import { etcdBinary, kubernetesBinary } from "./binaries.ts";
import { makeCertificate } from "./certificate.ts";
import { compactEtcd } from "./etcd.ts";
import {
  apiserverFlags,
  authorityOf,
  controllerManagerFlags,
  etcdFlags,
  etcdSocketPath,
  type Layout,
} from "./flags.ts";
import { kubeconfigText, makeIdentities } from "./identities.ts";
import { freePort } from "./ports.ts";
import { type Asking, ask } from "./request.ts";

/** How often a port is tried that was free and then was not, and how long a part may take to work. */
const attempts = 3;
const startMs = 60_000;

type Part = "etcd" | "kube-apiserver" | "kube-controller-manager";

/** The processes of one cluster and their folder. */
export class ControlPlane {
  readonly layout: Layout;
  readonly #children = new Map<Part, Child>();

  private constructor(layout: Layout) {
    this.layout = layout;
  }

  /** etcd, and an API server on a free port; on another one if somebody takes it in the meantime. */
  static async start(folder: string, { aggregation }: { aggregation: boolean }): Promise<ControlPlane> {
    const fixed = {
      folder,
      identities: makeIdentities(folder),
      ...(aggregation && { frontProxy: makeCertificate(folder) }),
    };
    mkdirSync(join(folder, "home"));
    for (let attempt = 1; ; attempt++) {
      const plane = new ControlPlane({ ...fixed, port: await freePort() });
      try {
        plane.#children.set("etcd", launch(etcdBinary(), etcdFlags(plane.layout), { folder }));
        await plane.startServer();
        return plane;
      } catch (cause) {
        await plane.end();
        if (attempt === attempts || !String(cause).includes("address already in use")) throw cause;
      }
    }
  }

  get asking(): Asking {
    const { port, identities } = this.layout;
    const url = `https://127.0.0.1:${port}`;
    return { url, authority: authorityOf(this.layout), token: identities.tokens.admin };
  }

  async startServer(): Promise<void> {
    const child = launch(kubernetesBinary(), apiserverFlags(this.layout), { argv0: "kube-apiserver" });
    this.#children.set("kube-apiserver", child);
    const ready = async () => (await ask(this.asking, "GET", "/readyz")).status === 200;
    await working(child, "kube-apiserver", ready, startMs);
  }

  /** SIGKILL: what a power cut does to it. */
  killServer(): Promise<void> {
    return terminate(this.#children.get("kube-apiserver")!, "SIGKILL");
  }

  compact(): Promise<void> {
    return compactEtcd(etcdSocketPath(this.layout));
  }

  /** Its first deed that a test can see is the account that pods run under. */
  async startControllers(): Promise<void> {
    const kubeconfig = this.writeKubeconfig("controllers", this.layout.identities.tokens.controllerManager);
    const flags = controllerManagerFlags(this.layout, kubeconfig);
    const child = launch(kubernetesBinary(), flags, { argv0: "kube-controller-manager" });
    this.#children.set("kube-controller-manager", child);
    const path = "/api/v1/namespaces/default/serviceaccounts/default";
    const works = async () => (await ask(this.asking, "GET", path)).status === 200;
    await working(child, "kube-controller-manager", works, startMs);
  }

  /** Path of a kubeconfig for whoever owns the token. */
  writeKubeconfig(name: string, token: string, namespace?: string): string {
    const path = join(this.layout.folder, `${name}.kubeconfig`);
    const { url, authority } = this.asking;
    writeFileSync(path, kubeconfigText(url, authority, token, namespace), { mode: 0o600 });
    return path;
  }

  /** Those that talk to others first. Nothing is worth saving, so nobody is asked to end in order. */
  async end(): Promise<void> {
    for (const child of [...this.#children.values()].toReversed()) await terminate(child, "SIGKILL");
  }
}
