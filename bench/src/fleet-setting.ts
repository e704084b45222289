import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadAccess, openKube } from "@sluice/cluster";
import { systemClock } from "@sluice/foundation";
import {
  type Kube,
  type NatsServer,
  repoRoot,
  startKube,
  startNats,
  type TempDir,
  tempDir,
  until,
} from "@sluice/testkit";
import { Program } from "./program.ts";

const operatorProgram = pathToFileURL(join(repoRoot, "operators/offload/src/main.ts"));
const fleetProgram = new URL("./programs/fleet.ts", import.meta.url);
const group = "/apis/sluice.dev/v1alpha1/namespaces/default";
const apiVersion = "sluice.dev/v1alpha1";
const inFlight = 16;
const devicesAConnection = 500;
const patience = { timeoutMs: 240_000 };

const model = {
  uri: "https://example.com/large.onnx",
  sha256: "d".repeat(64),
  task: "detection",
  family: "peaks",
  input: { width: 64, height: 64 },
  classes: ["car"],
};
const device = (n: number) => ({
  metadata: { name: `camera-${n}`, labels: { site: `site-${n % 100}`, fleet: "street" } },
  spec: { weight: "1", streams: ["front", "back"].map((name) => ({ name })) },
});
/** No waves: a change is for all at once. */
const policy = (devices: number) => ({
  selector: { matchLabels: { fleet: "street" } },
  backendRef: { name: "cloud" },
  budget: { rate: `${devices * 200}kbit/s`, floor: "8kbit/s" },
  audit: { share: "0.05" },
});

/** A real API server and broker, the operator as a process of its own, and a fleet of simulated devices. */
export class FleetSetting implements AsyncDisposable {
  readonly kube: Kube;
  readonly devices: number;
  readonly operator: Program;
  readonly fleet: Program;
  readonly #nats: NatsServer;
  readonly #dir: TempDir;

  private constructor(kube: Kube, nats: NatsServer, dir: TempDir, devices: number, [operator, fleet]: Program[]) {
    this.kube = kube;
    this.#nats = nats;
    this.#dir = dir;
    this.devices = devices;
    this.operator = operator!;
    this.fleet = fleet!;
  }

  static async start(devices: number): Promise<FleetSetting> {
    const [kube, nats, dir] = [await startKube(), await startNats({ jetStream: true }), tempDir()];
    await createAll(kube, devices);
    const path = join(dir.path, "operator.yaml");
    const config = { kubeconfig: kube.kubeconfig, namespace: "default", http: { port: 0 } };
    writeFileSync(path, JSON.stringify({ ...config, nats: { servers: [nats.url] } }));
    const operator = await Program.start(operatorProgram, ["--config", path], "operator");
    const connections = Math.ceil(devices / devicesAConnection);
    const told = JSON.stringify({ server: nats.url, devices, connections });
    const fleet = await Program.start(fleetProgram, [told], "fleet");
    return new FleetSetting(kube, nats, dir, devices, [operator, fleet]);
  }

  /** Changes the policy; resolves with how long each device took to hold the document that follows from it. */
  async change(share: number): Promise<number[]> {
    await this.fleet.read();
    const editedMs = Date.now();
    await this.#ask("PATCH", `${group}/offloadpolicies/street`, { spec: { audit: { share: share.toFixed(3) } } });
    const arrivedMs: number[] = [];
    const all = async () => {
      arrivedMs.push(...((await this.fleet.read()).arrivedMs ?? []));
      return arrivedMs.length >= this.devices;
    };
    await this.#until(all, `all devices hold share ${share}`);
    return arrivedMs.map((atMs) => atMs - editedMs);
  }

  /** Waits until everybody is online and up to date. */
  async ready(): Promise<void> {
    const done = async () => {
      const { status } = (await this.#ask("GET", `${group}/offloadpolicies/street`)) as PolicyObject;
      const { online, updated } = status?.devices ?? { online: 0, updated: 0 };
      const ready = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
      return ready && online === this.devices && updated === this.devices;
    };
    await this.#until(done, "the policy is ready");
  }

  /** Waits until every device's status says so, and nothing is left to do. */
  async idle(): Promise<void> {
    const idle = async () => (await this.metric(/^sluice_operator_queue_depth\{.*\} (\d+)$/gm)) === 0;
    await this.#until(idle, "the operator's queues are empty");
  }

  /** Writes that the API server served so far, whoever asked for them. */
  async apiWrites(): Promise<number> {
    const text = (await this.#ask("GET", "/metrics")) as string;
    return sum(text, /^apiserver_request_total\{.*verb="(?:POST|PUT|PATCH|APPLY|DELETE)".*\} (\d+)$/gm);
  }

  /** Sum over what the pattern finds in the operator's metrics. */
  async metric(pattern: RegExp): Promise<number> {
    return sum(await (await fetch(`${this.operator.url}/metrics`)).text(), pattern);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    await this.operator[Symbol.asyncDispose]();
    await this.#nats.stop();
    await this.kube.stop();
    await this.#dir.remove();
  }

  /** An operator that has ended will never bring it about. */
  async #until(condition: () => Promise<unknown>, what: string): Promise<void> {
    await Promise.race([until(condition, { ...patience, what }), this.operator.died]);
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await this.kube.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

interface PolicyObject {
  readonly status?: {
    readonly devices?: { readonly online: number; readonly updated: number };
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const sum = (text: string, pattern: RegExp): number =>
  [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);

async function createAll({ kubeconfig }: Kube, devices: number): Promise<void> {
  const kube = openKube({ access: loadAccess({ kubeconfig }), clock: systemClock, agent: "sluice-bench" });
  const create = (kind: string, plural: string, object: object) =>
    kube.call({ verb: "POST", path: `${group}/${plural}`, body: { apiVersion, kind, ...object } });
  const named = (name: string, spec: object) => ({ metadata: { name }, spec });
  await create("InferenceModel", "inferencemodels", named("large", model));
  await create("InferenceBackend", "inferencebackends", named("cloud", { modelRef: { name: "large" } }));
  let next = 0;
  const worker = async () => {
    while (next < devices) await create("EdgeDevice", "edgedevices", device(next++));
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  await create("OffloadPolicy", "offloadpolicies", named("street", policy(devices)));
  kube.close();
}
