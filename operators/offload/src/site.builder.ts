import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Condition, operatorConfigSchema } from "@sluice/contracts";
import { type Kube, type NatsServer, startKube, startNats, tempDir, until } from "@sluice/testkit";
import { type Device, type Response, startDevice } from "./device.builder.ts";
import { type Operator, startOperator } from "./operator.ts";

const group = "/apis/sluice.dev/v1alpha1/namespaces/default";

type Labels = Readonly<Record<string, string>>;
interface Status {
  readonly conditions?: readonly Condition[];
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly devices?: { readonly selected: number; readonly online: number; readonly updated: number };
  readonly rollout?: { readonly phase: string; readonly message: string; readonly step: string };
}

const plurals = {
  OffloadPolicy: "offloadpolicies",
  EdgeDevice: "edgedevices",
  InferenceModel: "inferencemodels",
  InferenceBackend: "inferencebackends",
} as const;
type Kind = keyof typeof plurals;

export interface OperatorProcess {
  readonly url: string;
  /** SIGKILL: nothing is handed over. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A real API server and a real broker, a model and a backend to name, and operators and devices as a test wants them. */
export class Site implements AsyncDisposable {
  readonly kube: Kube;
  readonly nats: NatsServer;
  readonly #parts: (() => Promise<unknown>)[] = [];

  private constructor(kube: Kube, nats: NatsServer) {
    this.kube = kube;
    this.nats = nats;
  }

  static async start(): Promise<Site> {
    const site = new Site(await startKube(), await startNats({ jetStream: true }));
    await site.create("InferenceModel", "large", {
      uri: "https://example.com/large.onnx",
      sha256: "d".repeat(64),
      task: "detection",
      family: "peaks",
      input: { width: 64, height: 64 },
      classes: ["car"],
    });
    await site.create("InferenceBackend", "cloud", { modelRef: { name: "large" } });
    return site;
  }

  async create(kind: Kind, name: string, spec: object, labels: Labels = {}): Promise<void> {
    const object = { apiVersion: "sluice.dev/v1alpha1", kind, metadata: { name, labels }, spec };
    await this.#ask("POST", `${group}/${plurals[kind]}`, object);
  }

  /** A merge patch. */
  async patch(kind: Kind, name: string, patch: object): Promise<void> {
    await this.#ask("PATCH", `${group}/${plurals[kind]}/${name}`, patch);
  }

  async remove(kind: Kind, name: string): Promise<void> {
    await this.#ask("DELETE", `${group}/${plurals[kind]}/${name}`);
  }

  async status(kind: Kind, name: string): Promise<Status> {
    return ((await this.kube.request("GET", `${group}/${plurals[kind]}/${name}`)).body.status ?? {}) as Status;
  }

  async condition(kind: Kind, name: string, type = "Ready"): Promise<string> {
    const found = (await this.status(kind, name)).conditions?.find((condition) => condition.type === type);
    return found ? `${found.status} ${found.reason}` : "absent";
  }

  /** Waits until the condition says so. */
  async untilCondition(kind: Kind, name: string, wanted: string, type = "Ready"): Promise<void> {
    let last = "";
    const holds = async () => (last = await this.condition(kind, name, type)) === wanted;
    await until(holds, { timeoutMs: 30_000, what: `${kind} ${name}: ${type} = ${wanted}` }).catch((error: Error) => {
      throw new Error(`${error.message}; it was ${last}`, { cause: error });
    });
  }

  /** An EdgeDevice and the device. */
  async device(name: string, response: Response = () => ({ agreement: 0.9 }), labels: Labels = {}): Promise<Device> {
    await this.create("EdgeDevice", name, {}, labels);
    const device = await startDevice(name, this.nats.url, response);
    this.#parts.push(async () => device[Symbol.asyncDispose]());
    return device;
  }

  async operator(
    identity: string,
    { kubeconfig = this.kube.kubeconfig, ...more }: { kubeconfig?: string; prometheus?: string } = {},
  ): Promise<Operator> {
    const config = operatorConfigSchema.parse({ ...this.#config(kubeconfig), ...more });
    const environment = { SLUICE_LOG_LEVEL: process.env["SLUICE_LOG_LEVEL"] === "debug" ? "debug" : "silent" } as const;
    const operator = await startOperator(config, { identity, environment });
    this.#parts.push(() => operator.close());
    return operator;
  }

  /** A replica as a process of its own, which can be killed. */
  async process(): Promise<OperatorProcess> {
    const dir = tempDir();
    const path = join(dir.path, "operator.yaml");
    writeFileSync(path, JSON.stringify(this.#config(this.kube.kubeconfig)));
    const env = { ...process.env, SLUICE_LOG_LEVEL: "silent" };
    const child = fork(join(import.meta.dirname, "main.ts"), ["--config", path], { env });
    const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    const url = await new Promise<string>((resolve, reject) => {
      child.once("message", (word: { url: string }) => resolve(word.url));
      child.once("exit", (code) => reject(new Error(`the operator ended: ${code}`)));
    });
    const end = async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await gone;
    };
    this.#parts.push(async () => {
      await end("SIGKILL");
      await dir.remove();
    });
    return { url, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#parts.toReversed()) await end();
    await this.nats.stop();
    await this.kube.stop();
  }

  #config(kubeconfig: string) {
    return { namespace: "default", kubeconfig, http: { port: 0 }, nats: { servers: [this.nats.url] } };
  }

  async #ask(method: string, path: string, body?: object): Promise<void> {
    const answer = await this.kube.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}
