import { brokerAccess, type ConsoleConfig, type Environment, SluiceError } from "@sluice/contracts";
import { type Clock, systemClock } from "@sluice/foundation";
import { connectLink } from "@sluice/messaging";
import { createHttp, createLogger, createMetrics, type Http } from "@sluice/observability";
import { emptyFleet, type Fleet, forget, setBroker, snapshotOf, webAssets } from "@sluice/web";
import { Audience } from "./audience.ts";
import { every } from "./every.ts";
import { listen } from "./listen.ts";

/** How often pages hear that the console is alive, and old devices are looked for. */
const pulseMs = 2_000;
/** A page that is opened needs only the latest answer of each stream. */
const resultsKept = 1;

export interface Console {
  readonly url: string;
  close(): Promise<void>;
}

export interface ConsoleDeps {
  clock?: Clock;
  environment?: Partial<Environment>;
}

/** Starts the page of a fleet: hears what devices publish, keeps a bounded state of it, and shows it. */
export async function startConsole(config: ConsoleConfig, deps: ConsoleDeps = {}): Promise<Console> {
  const { clock = systemClock, environment = {} } = deps;
  const logger = createLogger("console", environment.SLUICE_LOG_LEVEL ?? "info");
  const metrics = createMetrics({ processMetrics: true });
  const fleet = emptyFleet(resultsKept, clock.monotonicMs());
  const audience = new Audience(clock, metrics);
  const tellBroker = () => audience.publish("broker", "", { up: fleet.broker.up });
  const hearBroker = (up: boolean) => {
    setBroker(fleet, up, clock.monotonicMs());
    metrics.set("sluice_console_connected", {}, Number(up));
    tellBroker();
  };
  hearBroker(false);
  const link = await connectLink({
    servers: config.nats.servers,
    name: "sluice-console",
    ...brokerAccess(environment, "console"),
    clock,
    onState: ({ connected, problem }) => {
      if (problem) logger.warn({ code: problem.code }, problem.message);
      if (connected !== fleet.broker.up) hearBroker(connected);
    },
  });
  listen(link, fleet, audience, metrics, clock);
  const stopPulse = every(clock, pulseMs, () => {
    forget(fleet, clock.monotonicMs());
    metrics.set("sluice_console_devices", {}, fleet.devices.size);
    tellBroker();
  });
  const ready = () => ({ ok: link.connected, detail: { broker: link.connected, devices: fleet.devices.size } });
  const http = createHttp({ metrics, logger, ready });
  serve(http, fleet, audience, clock);
  const close = async () => {
    stopPulse();
    audience.close();
    await http.close();
    await link.close();
  };
  try {
    const url = await http.listen(config.http.host, config.http.port);
    logger.info({ url }, "serving the fleet's page");
    return { url, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function serve({ app }: Http, fleet: Fleet, audience: Audience, clock: Clock): void {
  const snapshot = () => snapshotOf(fleet, clock.monotonicMs());
  app.get("/api/fleet", snapshot);
  app.get("/api/events", (_, reply) => {
    if (!audience.admit(reply.raw, snapshot())) throw new SluiceError("overloaded", "too many pages are open already");
    return reply.hijack();
  });
  for (const { path, type, body } of webAssets("fleet")) {
    app.get(path, (_, reply) => reply.type(type).header("cache-control", "no-cache").send(body));
  }
}
