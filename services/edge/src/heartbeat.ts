import { type EdgeConfig, type Heartbeat, type StreamReport, versionOfWire } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { CaptureState } from "@sluice/imaging";
import type { ModelSlot } from "@sluice/models";
import type { TokenBucket } from "@sluice/offload";
import type { Account } from "./account.ts";
import type { BackendWatch } from "./backend-watch.ts";
import type { Control } from "./control/control.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Uplink } from "./uplink.ts";

interface Reported {
  readonly name: string;
  readonly account: Account;
  readonly pipeline: Pipeline;
  readonly state: () => CaptureState;
}

/** What a heartbeat is written from. */
export interface Vitals {
  readonly config: EdgeConfig;
  readonly startedAtMs: number;
  readonly url: string | null;
  readonly model: ModelSlot;
  readonly uplink: Uplink;
  readonly backends: BackendWatch;
  readonly bucket: TokenBucket;
  readonly control: Control | null;
  readonly streams: readonly Reported[];
  readonly clock: Clock;
}

/** The device's sign of life as of now. */
export function heartbeat(vitals: Vitals): Heartbeat {
  const { config, model, uplink, backends, bucket, control, clock } = vitals;
  const nowMs = clock.monotonicMs();
  // Asked first: the bucket's rate is that of the last time somebody asked.
  const tokens = bucket.available(nowMs);
  return {
    version: versionOfWire,
    device: config.device,
    atMs: clock.wallMs(),
    startedAtMs: vitals.startedAtMs,
    url: vitals.url,
    model: { name: model.model.name, digest: model.model.digest },
    uplink: {
      state: uplink.connected ? "connected" : "disconnected",
      model: control?.spec.model ?? config.offload.model,
      ...backends.state(),
    },
    budget: {
      bytesPerSecond: bucket.bytesPerSecond,
      burstBytes: bucket.burstBytes,
      tokens,
      spentBytes: bucket.spentBytes,
      elapsedMs: nowMs - bucket.startedAtMs,
    },
    ...control?.report(),
    streams: vitals.streams.map((stream) => report(stream, uplink.inFlight(stream.name))),
  };
}

function report({ name, account, pipeline, state }: Reported, inFlight: number): StreamReport {
  const capture = state();
  const { frames, answered, dropped, offloads, sent, bytes, price } = account;
  return {
    name,
    state: capture.state,
    problem: capture.problem?.advice ?? null,
    width: capture.width,
    height: capture.height,
    fps: capture.fps,
    frames,
    answered,
    dropped: { ...dropped },
    offloads: { ...offloads },
    sent,
    inFlight,
    bytes,
    price,
    agreement: pipeline.agreement(),
    beliefs: pipeline.beliefs(),
  };
}
