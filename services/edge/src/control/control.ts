import type { EdgeConfig, Heartbeat, OffloadSpec, PolicyDocument, SluiceError } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import type { Link, OffloadClient } from "@sluice/messaging";
import type { ModelSlot } from "@sluice/models";
import type { Logger, Metrics } from "@sluice/observability";
import type { TokenBucket } from "@sluice/offload";
import type { BackendWatch } from "../backend-watch.ts";
import { focusProblem } from "../focus.ts";
import type { Masks } from "../masks.ts";
import type { State } from "../state/state.ts";
import type { Uplink } from "../uplink.ts";
import type { Bidder } from "./bidder.ts";
import { type BootClock, systemBootClock } from "./boot-clock.ts";
import { type Kept, keptKind, LeaseClient } from "./lease-client.ts";
import { PolicyClient } from "./policy-client.ts";
import type { Usage } from "./usage.ts";

/** Policies that the device left and whose operators have not taken everything back yet; the oldest is given up. */
const leavingMax = 2;

export interface ControlParts {
  readonly config: EdgeConfig;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly state: State;
  readonly masks: Masks;
  readonly model: ModelSlot;
  readonly bucket: TokenBucket;
  readonly link: Link;
  readonly client: OffloadClient;
  readonly uplink: Uplink;
  readonly backends: BackendWatch;
  readonly usage: Usage;
  readonly bidder: Bidder;
  readonly bootClock?: BootClock;
}

/** What an operator says of this device: which policy it acts on, and how many bytes it may send. */
export class Control {
  #spec: OffloadSpec;
  #lease: LeaseClient | null = null;
  #leaving: LeaseClient[] = [];
  #problem: SluiceError | null = null;
  readonly #bootClock: BootClock;
  readonly #policy: PolicyClient;
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    const { config, state, bootClock = systemBootClock() } = parts;
    this.#parts = parts;
    this.#bootClock = bootClock;
    this.#spec = config.offload;
    const kept = state.load("lease", keptKind);
    if (kept) this.#lease = this.#open(kept);
    this.#refill();
    this.#policy = new PolicyClient({
      ...parts,
      device: config.device,
      directory: config.state,
      onChange: (document) => this.#actOn(document),
      onProblem: (problem) => this.#complain(problem),
    });
    if (this.#policy.document) this.#spec = specOf(config.offload, this.#policy.document);
  }

  /** How frames are chosen and sent; another object when it changed. */
  get spec(): OffloadSpec {
    return this.#spec;
  }

  /** Its part of the heartbeat. */
  report(): Pick<Heartbeat, "policy" | "refused" | "masks" | "lease" | "controlProblem"> {
    const { document, refused } = this.#policy;
    const masks = this.#parts.masks.version;
    const policy = document && { name: document.policy, revision: document.revision };
    return { policy, refused: refused ?? null, masks, lease: this.#held(), controlProblem: this.#complaint() };
  }

  async close(): Promise<void> {
    await this.#policy.close();
    for (const lease of [this.#lease, ...this.#leaving]) lease?.close();
    this.#parts.usage.settle();
  }

  #actOn(document: PolicyDocument | null): void {
    const { config, client, backends, usage } = this.#parts;
    this.#problem = null;
    this.#spec = document ? specOf(config.offload, document) : config.offload;
    if (client.model !== this.#spec.model) {
      client.model = this.#spec.model;
      backends.listen(this.#spec.model);
    }
    if (this.#lease?.policy === document?.policy) return;
    if (this.#lease) this.#leave(this.#lease);
    this.#lease = document && this.#open({ policy: document.policy, joinedAtBytes: usage.bytes, lease: null });
    this.#refill();
  }

  #open(kept: Kept): LeaseClient {
    const { config } = this.#parts;
    return new LeaseClient({
      ...this.#parts,
      device: config.device,
      kept,
      durable: config.state !== undefined,
      bootClock: this.#bootClock,
      onChange: () => this.#refill(),
      onProblem: (problem) => this.#complain(problem),
    });
  }

  #leave(lease: LeaseClient): void {
    lease.leave();
    this.#leaving.push(lease);
    if (this.#leaving.length > leavingMax) this.#leaving.shift()?.close();
  }

  /** The bucket fills at the lease's rate until that ends, and then, by itself, at the floor's. */
  #refill(): void {
    const { bucket, clock, metrics } = this.#parts;
    for (const lease of this.#leaving.filter(({ released }) => released)) lease.close();
    this.#leaving = this.#leaving.filter(({ released }) => !released);
    const nowMs = clock.monotonicMs();
    const holder = this.#lease?.holder;
    const bootMs = this.#bootClock.nowMs();
    const leftMs = holder ? holder.endsMs - bootMs : 0;
    const later = { atMs: nowMs + leftMs, bytesPerSecond: holder?.floorBytesPerSecond ?? 0 };
    const bytesPerSecond = holder?.rate(bootMs) ?? 0;
    const burstBytes = holder?.burstBytes ?? 0;
    bucket.refill({ bytesPerSecond, burstBytes, ...(leftMs > 0 && { later }) }, nowMs);
    metrics.set("sluice_edge_budget_bytes_per_second", {}, bytesPerSecond);
  }

  #held(): Heartbeat["lease"] {
    if (!this.#lease) return null;
    const { policy, holder } = this.#lease;
    const { term, epoch, floorBytesPerSecond } = holder.toSave;
    const nowMs = this.#bootClock.nowMs();
    const endsInMs = Math.max(0, Math.round(holder.endsMs - nowMs));
    return { policy, term, epoch, bytesPerSecond: holder.rate(nowMs), floorBytesPerSecond, endsInMs };
  }

  #complaint(): string | null {
    const problem = this.#problem ?? this.#parts.state.problem;
    return problem?.advice ?? focusProblem(this.#spec, this.#parts.model.model);
  }

  #complain(problem: SluiceError): void {
    const { logger } = this.#parts;
    if (this.#problem?.message !== problem.message)
      logger.warn({ code: problem.code, cure: problem.cure }, problem.message);
    this.#problem = problem;
  }
}

function specOf(own: OffloadSpec, document: PolicyDocument): OffloadSpec {
  const { model, decision, payload, delivery, audit, focus, zones } = document;
  return { ...own, model, decision, payload, delivery, audit, focus: { classes: focus.classes, zones } };
}
