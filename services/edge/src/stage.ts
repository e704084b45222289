import type { OffloadSpec, StreamConfig } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import type { Capture } from "@sluice/imaging";
import type { ModelSlot } from "@sluice/models";
import type { Logger, Tracing } from "@sluice/observability";
import type { Price, Road, TokenBucket } from "@sluice/offload";
import type { Polygon } from "@sluice/vision";
import type { Account } from "./account.ts";
import type { LiveView } from "./live.ts";
import type { Recent } from "./recent.ts";
import type { State } from "./state/state.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Uplink } from "./uplink.ts";

/** What a stream's pipeline works with; what the streams of a device share is the same object in each. */
export interface Stage {
  readonly device: string;
  readonly stream: StreamConfig;
  readonly spec: OffloadSpec;
  /** What is black in its pictures; another list when it changed. */
  readonly masks: readonly Polygon[];
  /** Frames a second of all streams that share the budget. */
  readonly framesPerSecond: () => number;
  readonly capture: Capture;
  readonly model: ModelSlot;
  readonly bucket: TokenBucket;
  readonly price: Price;
  readonly road: Road;
  readonly state: State;
  readonly uplink: Uplink;
  readonly telemetry: Telemetry;
  readonly account: Account;
  readonly recent: Recent;
  readonly live: LiveView;
  readonly tracing: Tracing;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly prng: Prng;
}
