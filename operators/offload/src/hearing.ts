import { brokerAccess, type Environment, type SluiceError } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import { connectLink, type Link } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import { BucketDocuments } from "./documents.ts";
import { Nudge } from "./nudge.ts";
import { listen } from "./telemetry/listen.ts";
import { Telemetry } from "./telemetry/telemetry.ts";

/** What comes over the broker: heartbeats and adverts, and the devices' documents. */
export interface Hearing {
  readonly link: Link;
  readonly telemetry: Telemetry;
  readonly documents: BucketDocuments;
  /** Devices that something was heard of. */
  readonly nudge: Nudge;
  /** Models that a replica began to serve, or is about to stop serving. */
  readonly replicas: Nudge;
  close(): Promise<void>;
}

export interface HearingOptions {
  readonly servers: readonly string[];
  readonly replicas: number;
  readonly name: string;
  readonly environment: Partial<Environment>;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly metrics: Metrics;
  /** Throws where this process may not write (any more). */
  readonly mayWrite: () => void;
  readonly onProblem: (problem: SluiceError) => void;
}

/** Connects and listens, for ever, until it is closed. */
export async function openHearing(options: HearingOptions): Promise<Hearing> {
  const { servers, name, environment, clock, metrics, onProblem } = options;
  const telemetry = new Telemetry();
  const nudge = new Nudge(clock);
  const replicas = new Nudge(clock);
  const link = await connectLink({
    servers,
    name,
    ...brokerAccess(environment, "operator"),
    clock,
    onState: ({ connected, problem }) => {
      if (problem) onProblem(problem);
      telemetry.connected(connected, clock.monotonicMs());
    },
  });
  const documents = new BucketDocuments({ ...options, link, onChange: (device) => nudge.add(device) });
  const stop = new AbortController();
  listen(link, telemetry, { devices: nudge, replicas }, metrics, clock, stop.signal);
  const close = async () => {
    stop.abort();
    documents.close();
    await link.close();
  };
  return { link, telemetry, documents, nudge, replicas, close };
}
