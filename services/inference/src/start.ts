import { resolve } from "node:path";
import { brokerAccess, type Environment, type InferenceConfig, SluiceError } from "@sluice/contracts";
import { type Clock, type Prng, pause, seededPrng, systemClock } from "@sluice/foundation";
import { connectLink, type Link } from "@sluice/messaging";
import { ModelSlot } from "@sluice/models";
import {
  createHttp,
  createLogger,
  createMetrics,
  type Http,
  type Logger,
  type Metrics,
  startTracing,
  type Tracing,
} from "@sluice/observability";
import { Adverts } from "./adverts.ts";
import { loadEnvironment } from "./config.ts";
import { Offloads } from "./offloads.ts";
import { serveProtocol } from "./oip-routes.ts";
import { Pipeline } from "./pipeline.ts";
import { Reloads } from "./reload.ts";

export interface InferenceOptions {
  /** Folder that the manifests' paths are relative to. */
  readonly baseDir: string;
  readonly environment?: Environment;
  readonly clock?: Clock;
  readonly prng?: Prng;
}

/** A running inference service. */
export interface Inference {
  readonly url: string;
  /** Reads every manifest again; a model that is no good leaves the last good one in place. */
  reload(): Promise<void>;
  /** Takes no more requests, finishes those it has within the grace period, refuses the rest, and ends. */
  close(): Promise<void>;
}

interface House {
  readonly config: InferenceConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly link: Link;
  readonly http: Http;
  readonly pipelines: Pipeline[];
  readonly reloads: Reloads;
  isDraining: boolean;
}

/** Starts the service: health first, then the models, then requests. Throws the error of a model that cannot be loaded. */
export async function startInference(config: InferenceConfig, options: InferenceOptions): Promise<Inference> {
  const house = await openHouse(config, options);
  try {
    const url = await house.http.listen(config.http.host, config.http.port);
    const manifests = config.models.map(({ manifest }) => resolve(options.baseDir, manifest));
    for (const [i, manifest] of manifests.entries()) await openModel(house, manifest, config.models[i]!);
    const offloads = house.pipelines.map((pipeline) => new Offloads(house.link, pipeline, house));
    const adverts = advertise(house, offloads, options.prng ?? seededPrng(Date.now()));
    house.logger.info({ url, models: house.pipelines.map(({ name }) => name) }, "serving");
    const reload = () => Promise.all(house.pipelines.map((p, i) => house.reloads.reload(p, manifests[i]!)));
    let closed: Promise<void> | undefined;
    return {
      url,
      reload: () => reload().then(() => undefined),
      close: () => (closed ??= drain(house, offloads, adverts)),
    };
  } catch (error) {
    await closeHouse(house);
    throw error;
  }
}

async function openHouse(config: InferenceConfig, options: InferenceOptions): Promise<House> {
  const { environment = loadEnvironment({}), clock = systemClock } = options;
  const logger = createLogger(`inference/${config.replica}`, environment.SLUICE_LOG_LEVEL);
  const metrics = createMetrics({ processMetrics: true });
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share } = environment;
  const onError = ({ message }: Error) => logger.warn({ endpoint }, `traces: ${message}`);
  const tracing = await startTracing("sluice-inference", { endpoint, share, onError });
  const link = await connect(config, environment, clock, { logger, metrics });
  const pipelines: Pipeline[] = [];
  const reloads = new Reloads({ logger, metrics });
  const http = createHttp({ metrics, ready: () => readiness(house), logger });
  const house: House = { config, clock, logger, metrics, tracing, link, http, pipelines, reloads, isDraining: false };
  serveProtocol(house, () => readiness(house).ok);
  return house;
}

function connect(
  config: InferenceConfig,
  environment: Environment,
  clock: Clock,
  { logger, metrics }: Pick<House, "logger" | "metrics">,
): Promise<Link> {
  metrics.set("sluice_inference_connected", {}, 0);
  return connectLink({
    servers: config.nats.servers,
    name: `inference ${config.replica}`,
    ...brokerAccess(environment, config.replica),
    clock,
    onState({ connected, problem }) {
      metrics.set("sluice_inference_connected", {}, connected ? 1 : 0);
      if (problem) logger.warn({ code: problem.code, cure: problem.cure }, problem.message);
      else logger.info({ connected }, "broker");
    },
  });
}

async function openModel(house: House, manifest: string, config: InferenceConfig["models"][number]): Promise<void> {
  const { workers, threads, batching } = config;
  const slot = await ModelSlot.open(manifest, { workers, threads, maxBatch: batching.maxSize });
  const { name } = slot.model;
  if (house.pipelines.some((other) => other.name === name)) {
    await slot.close();
    throw new SluiceError("config-invalid", `models: two manifests have the name ${name}`);
  }
  house.metrics.set("sluice_inference_model_stale", { model: name }, 0);
  house.pipelines.push(new Pipeline({ ...house, slot, config }));
}

function advertise(house: House, offloads: readonly Offloads[], prng: Prng): Adverts {
  const { link, clock, config } = house;
  return new Adverts({ link, clock, prng, replica: config.replica }, house.pipelines, () => {
    for (const one of offloads) one.countUnread();
  });
}

function readiness({ config, link, pipelines, reloads, isDraining }: House) {
  const loaded = pipelines.map(({ name, slot }) => ({
    name,
    digest: slot.model.digest,
    problem: reloads.problems.get(name)?.message ?? null,
  }));
  const ok = link.connected && loaded.length === config.models.length && !isDraining;
  return { ok, detail: { connected: link.connected, draining: isDraining, models: loaded } };
}

/** Whoever is in the house is served, as far as the grace period allows; those at the door are sent elsewhere. */
async function drain(house: House, offloads: readonly Offloads[], adverts: Adverts): Promise<void> {
  house.isDraining = true;
  house.logger.info("draining");
  adverts.drain();
  const graceOver = new AbortController();
  await Promise.race([empty(house, offloads), pause(house.clock, house.config.grace, graceOver.signal)]);
  graceOver.abort();
  adverts.stop();
  await closeHouse(house);
}

/** Those on the way to the door come in, too: nobody else would answer them. */
async function empty({ pipelines }: House, offloads: readonly Offloads[]): Promise<void> {
  await Promise.all(offloads.map((one) => one.drain()));
  await Promise.all(pipelines.map(({ register }) => register.empty()));
}

async function closeHouse({ pipelines, http, link, tracing, logger }: House): Promise<void> {
  await Promise.all(pipelines.map((pipeline) => pipeline.close()));
  await link.close();
  await http.close();
  await Promise.all(pipelines.map(({ slot }) => slot.close()));
  await tracing.shutdown();
  logger.info("closed");
}
