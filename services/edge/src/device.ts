import { brokerAccess, type EdgeConfig, type Environment, type StreamConfig } from "@sluice/contracts";
import { type Clock, type Prng, seededPrng, systemClock } from "@sluice/foundation";
import { type Capture, type CaptureState, openCapture } from "@sluice/imaging";
import { connectLink, type Link, OffloadClient } from "@sluice/messaging";
import { ModelSlot } from "@sluice/models";
import {
  createLogger,
  createMetrics,
  type Logger,
  type Metrics,
  startTracing,
  type Tracing,
  type TracingOptions,
} from "@sluice/observability";
import { type Price, type Road, TokenBucket } from "@sluice/offload";
import { Account } from "./account.ts";
import { BackendWatch } from "./backend-watch.ts";
import { Bidder } from "./control/bidder.ts";
import { Control } from "./control/control.ts";
import { Usage } from "./control/usage.ts";
import { Events } from "./events.ts";
import { LiveView } from "./live.ts";
import { Masks } from "./masks.ts";
import { recallPrice, recallRoad } from "./memory.ts";
import { Pipeline } from "./pipeline.ts";
import { Recent } from "./recent.ts";
import { State } from "./state/state.ts";
import { Telemetry } from "./telemetry.ts";
import { Uplink } from "./uplink.ts";

export interface EdgeOptions {
  readonly config: EdgeConfig;
  readonly environment: Environment;
  readonly clock?: Clock;
  readonly prng?: Prng;
  /** `asap` takes every frame of a file as fast as it can be answered, for measurements. */
  readonly pace?: "realtime" | "asap";
}

/** One stream with all that belongs to it. */
export interface Running {
  readonly name: string;
  readonly account: Account;
  readonly recent: Recent;
  readonly live: LiveView;
  readonly capture: Capture;
  readonly pipeline: Pipeline;
  state(): CaptureState;
}

/** What the streams of a device share. */
export interface Shared {
  readonly config: EdgeConfig;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly pace: "realtime" | "asap";
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly state: State;
  readonly masks: Masks;
  readonly model: ModelSlot;
  readonly bucket: TokenBucket;
  readonly price: Price;
  readonly road: Road;
  readonly events: Events;
  readonly link: Link;
  readonly site: Link | undefined;
  readonly client: OffloadClient;
  readonly uplink: Uplink;
  readonly telemetry: Telemetry;
  readonly backends: BackendWatch;
  /** Null where the device goes by its own file. */
  readonly control: Control | null;
  /** Filled when the streams are opened. */
  readonly streams: Running[];
  readonly framesPerSecond: () => number;
}

/** Opens everything that the streams share. Throws where the model or the configuration is no good. */
export async function openShared(options: EdgeOptions): Promise<Shared> {
  const { config, environment, clock = systemClock, prng = seededPrng(Date.now()), pace = "realtime" } = options;
  const logger = createLogger(`edge/${config.device}`, environment.SLUICE_LOG_LEVEL);
  const metrics = createMetrics();
  const tracing = await startTracing("sluice-edge", traced(environment, logger));
  const state = await State.open({ directory: config.state, clock, logger, metrics });
  const masks = new Masks(config.streams, state);
  const model = await ModelSlot.open(config.model, { workers: 1, threads: config.threads }).catch(async (error) => {
    await state.close();
    throw error;
  });
  const operated = config.control === "operator";
  const { rate, burst } = config.offload.budget;
  const bucket = new TokenBucket(operated ? 0 : rate, burst, clock.monotonicMs());
  const link = await connect(config, config.nats.uplink.servers, environment, clock, logger, metrics);
  const site = config.nats.site && (await connect(config, config.nats.site.servers, environment, clock, logger));
  const client = new OffloadClient({ link, model: config.offload.model, device: config.device, clock });
  const usage = operated ? new Usage(state) : undefined;
  const uplink = new Uplink({ link, client, bucket, clock, metrics, ...(usage && { counter: usage }) });
  const events = new Events();
  const telemetry = new Telemetry({ uplink, site, events, metrics, clock, operated });
  const road = recallRoad(state, clock);
  const onReturn = () => road.announced(clock.monotonicMs());
  const backends = new BackendWatch(config.offload.model, { link, clock, prng, onReturn });
  metrics.set("sluice_edge_budget_bytes_per_second", {}, bucket.bytesPerSecond);
  const price = recallPrice(state);
  const streams: Running[] = [];
  const framesPerSecond = () => streams.reduce((sum, stream) => sum + stream.state().fps, 0);
  const bidder = new Bidder({ price, bucket, framesPerSecond, streams });
  const parts = {
    config,
    clock,
    prng,
    logger,
    metrics,
    state,
    masks,
    model,
    bucket,
    link,
    client,
    uplink,
    backends,
    bidder,
  };
  const control = usage ? new Control({ ...parts, usage }) : null;
  return {
    config,
    clock,
    prng,
    pace,
    logger,
    metrics,
    tracing,
    state,
    masks,
    model,
    bucket,
    price,
    road,
    events,
    link,
    site,
    client,
    uplink,
    telemetry,
    backends,
    control,
    streams,
    framesPerSecond,
  };
}

function traced({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG }: Environment, logger: Logger): TracingOptions {
  const onError = ({ message }: Error) => logger.warn({ endpoint: OTEL_EXPORTER_OTLP_ENDPOINT }, `traces: ${message}`);
  return { endpoint: OTEL_EXPORTER_OTLP_ENDPOINT, share: OTEL_TRACES_SAMPLER_ARG, onError };
}

function connect(
  config: EdgeConfig,
  servers: readonly string[],
  environment: Environment,
  clock: Clock,
  logger: Logger,
  metrics?: Metrics,
): Promise<Link> {
  let reported: string | undefined;
  return connectLink({
    servers: [...servers],
    name: `edge ${config.device}`,
    ...brokerAccess(environment, config.device),
    clock,
    onState: ({ connected, problem }) => {
      metrics?.set("sluice_edge_uplink_connected", {}, connected ? 1 : 0);
      // Each attempt reports; only news is worth a line.
      if (problem && problem.code !== reported) {
        logger.warn({ servers, code: problem.code, cure: problem.cure }, problem.message);
      } else if (connected) logger.info({ servers }, "connected");
      reported = problem?.code;
    },
  });
}

/** Opens one stream; its pipeline does not run yet. */
export function openStream(shared: Shared, stream: StreamConfig): Running {
  const { config, clock, prng, logger, metrics, masks, pace } = shared;
  const account = new Account(stream.name, metrics);
  const recent = new Recent();
  const live = new LiveView(clock);
  let state: CaptureState = { state: "starting", problem: null, width: 0, height: 0, fps: 0, restarts: 0 };
  const capture = openCapture(
    {
      stream: stream.name,
      source: stream.source,
      fps: stream.fps,
      loop: stream.loop,
      masks: masks.of(stream.name),
      stallAfterMs: stream.stallAfter,
      pace,
    },
    {
      clock,
      prng,
      onState(next) {
        metrics.inc("sluice_edge_capture_restarts_total", { stream: stream.name }, next.restarts - state.restarts);
        const level = next.problem ? "warn" : "info";
        logger[level](
          { stream: stream.name, state: next.state, cure: next.problem?.cure },
          next.problem?.message ?? "",
        );
        state = next;
      },
    },
  );
  masks.onChange(() => capture.mask(masks.of(stream.name)));
  const pipeline = new Pipeline({
    ...shared,
    device: config.device,
    get spec() {
      return shared.control?.spec ?? config.offload;
    },
    get masks() {
      return masks.of(stream.name);
    },
    stream,
    capture,
    account,
    recent,
    live,
  });
  return { name: stream.name, account, recent, live, capture, pipeline, state: () => state };
}
