import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { edgeConfigSchema, environmentSchema, inferenceConfigSchema, operatorConfigSchema } from "@sluice/contracts";
import { type Edge, startEdge } from "@sluice/edge";
import { type Inference, startInference } from "@sluice/inference";
import { startOperator } from "@sluice/operator";
import {
  type Kube,
  type NatsServer,
  type Prometheus,
  type Relay,
  repoRoot,
  startKube,
  startNats,
  startPrometheus,
  startRelay,
  type TempDir,
  tempDir,
} from "@sluice/testkit";

const environment = environmentSchema.parse({ SLUICE_LOG_LEVEL: "error" });
const model = (name: string) => join(repoRoot, "models", `street-${name}.yaml`);
const clips = ["gate", "crossroads", "drone"] as const;
const group = "/apis/sluice.dev/v1alpha1/namespaces/default";
const plurals = {
  OffloadPolicy: "offloadpolicies",
  EdgeDevice: "edgedevices",
  InferenceBackend: "inferencebackends",
} as const;

type Job = "edge" | "inference" | "operator";

export interface SiteOptions {
  readonly devices: number;
  /** Frames a second of each camera. */
  readonly fps: number;
  readonly scrapeSeconds: number;
}

/**
 * A small fleet with everything that has metrics: cameras on the embedded clips under an operator's policy, a replica of a
 * backend, the operator with a real API server, and a real Prometheus that watches them all by the rules of deploy/alerts/.
 */
export class WatchedSite implements AsyncDisposable {
  readonly edges: Edge[] = [];
  readonly nats: NatsServer;
  readonly kube: Kube;
  readonly prometheus: Prometheus;
  /** The cameras' way to the broker. */
  readonly uplink: Relay;
  readonly #dir: TempDir;
  readonly #targets: Record<Job, string[]> = { edge: [], inference: [], operator: [] };
  readonly #ends: (() => Promise<unknown>)[];

  private constructor(parts: { dir: TempDir; nats: NatsServer; kube: Kube; prometheus: Prometheus; uplink: Relay }) {
    const { dir, nats, kube, prometheus, uplink } = parts;
    [this.#dir, this.nats, this.kube, this.prometheus, this.uplink] = [dir, nats, kube, prometheus, uplink];
    this.#ends = [
      () => dir.remove(),
      () => nats.stop(),
      () => kube.stop(),
      async () => prometheus[Symbol.asyncDispose](),
      () => uplink.close(),
    ];
  }

  static async start({ devices, fps, scrapeSeconds }: SiteOptions): Promise<WatchedSite> {
    const dir = tempDir();
    const [nats, kube, prometheus] = await Promise.all([
      startNats({ jetStream: true }),
      startKube(),
      startPrometheus(configuration(dir.path, scrapeSeconds)),
    ]);
    const uplink = await startRelay(Number(new URL(nats.url).port));
    const site = new WatchedSite({ dir, nats, kube, prometheus, uplink });
    try {
      await site.#startHub();
      for (let n = 1; n <= devices; n++) await site.#startDevice(n, fps);
      await site.create("OffloadPolicy", "street", policy);
    } catch (cause) {
      await site[Symbol.asyncDispose]();
      throw cause;
    }
    return site;
  }

  async create(kind: keyof typeof plurals, name: string, spec: object): Promise<void> {
    const metadata = { name, labels: { site: "yard" } };
    const object = { apiVersion: "sluice.dev/v1alpha1", kind, metadata, spec };
    await this.#ask("POST", `${group}/${plurals[kind]}`, object);
  }

  /** A merge patch of the policy's specification. */
  change(spec: object): Promise<void> {
    return this.#ask("PATCH", `${group}/${plurals.OffloadPolicy}/street`, { spec });
  }

  /** What the policy's rollout is doing. */
  async phase(): Promise<string | undefined> {
    const { body } = await this.kube.request("GET", `${group}/${plurals.OffloadPolicy}/street`);
    return body.status?.rollout?.phase;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
  }

  async #startHub(): Promise<void> {
    const operator = await startOperator(
      operatorConfigSchema.parse({
        namespace: "default",
        kubeconfig: this.kube.kubeconfig,
        http: { port: 0 },
        nats: { servers: [this.nats.url] },
        prometheus: this.prometheus.url,
      }),
      { identity: "operator", environment },
    );
    this.#watch("operator", operator.url, () => operator.close());
    const manifest = readFileSync(model("cloud"), "utf8");
    const { code, stderr } = await this.kube.kubectl(["apply", "-f", "-"], { input: manifest });
    if (code !== 0) throw new Error(stderr);
    await this.create("InferenceBackend", "street", { modelRef: { name: "street-cloud" }, scaling: { max: 3 } });
    await this.startReplica(1);
  }

  /** A replica of the backend: no container runtime is here to start one. */
  async startReplica(n: number): Promise<Inference> {
    const config = inferenceConfigSchema.parse({
      replica: `street-inference-${n}`,
      http: { port: 0 },
      nats: { servers: [this.nats.url] },
      models: [{ manifest: model("cloud") }],
    });
    const replica = await startInference(config, { baseDir: "/", environment });
    this.#watch("inference", replica.url, () => replica.close());
    return replica;
  }

  async #startDevice(n: number, fps: number): Promise<void> {
    const clip = clips[(n - 1) % clips.length]!;
    const name = `${clip}-${n}`;
    await this.create("EdgeDevice", name, {});
    const uplink = { servers: [`nats://127.0.0.1:${this.uplink.port}`] };
    const config = edgeConfigSchema.parse({
      device: name,
      http: { port: 0 },
      nats: { uplink, site: { servers: [this.nats.url] } },
      model: model("edge"),
      state: join(this.#dir.path, name),
      control: "operator",
      offload: { model: "street-cloud", budget: { rate: "100kbit/s" } },
      streams: [{ name: "camera", source: `file:${join(repoRoot, `models/clips/${clip}.mp4`)}`, loop: true, fps }],
    });
    const edge = await startEdge({ config, environment });
    this.edges.push(edge);
    this.#watch("edge", edge.url, () => edge.close());
  }

  #watch(job: Job, url: string, end: () => Promise<unknown>): void {
    this.#ends.push(end);
    this.#targets[job].push(new URL(url).host);
    writeFileSync(targetsFile(this.#dir.path, job), JSON.stringify([{ targets: this.#targets[job] }]));
  }

  async #ask(method: string, path: string, body: object): Promise<void> {
    const answer = await this.kube.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

/** Half of what is sent is audited, so that agreement is known within a minute. */
const policy = {
  selector: { matchLabels: { site: "yard" } },
  backendRef: { name: "street" },
  budget: { rate: "1Mbit/s", floor: "16kbit/s", quota: { size: "1GB", per: "hour" } },
  audit: { share: "0.5" },
  gate: {
    interval: "5s",
    minSamples: 5,
    deadline: "10m",
    metrics: [
      { name: "agreement", measure: "agreement", min: "0.1" },
      { name: "drops", measure: "drops", max: "0.9" },
    ],
  },
  rollout: { waves: [{ name: "one", count: 1, pause: "10s" }] },
};

const targetsFile = (folder: string, job: Job): string => join(folder, `${job}.json`);

function configuration(folder: string, seconds: number): string {
  for (const file of ["recordings.yaml", "alerts.yaml"]) {
    const text = readFileSync(join(repoRoot, "deploy/alerts", file), "utf8");
    // Evaluated at every scrape, not every half minute.
    writeFileSync(join(folder, file), text.replaceAll(/^ +interval: .*\n/gm, ""));
  }
  const jobs = (["edge", "inference", "operator"] as const).map((job) => {
    writeFileSync(targetsFile(folder, job), "[]");
    return { job_name: job, file_sd_configs: [{ files: [targetsFile(folder, job)], refresh_interval: "1s" }] };
  });
  return JSON.stringify({
    global: { scrape_interval: `${seconds}s`, evaluation_interval: `${seconds}s` },
    rule_files: [join(folder, "recordings.yaml"), join(folder, "alerts.yaml")],
    scrape_configs: jobs,
  });
}
