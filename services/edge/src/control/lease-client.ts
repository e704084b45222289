import { randomUUID } from "node:crypto";
import { LeaseHolder, leaseMs, type SavedLease } from "@sluice/allocation";
import { type Lease, leaseBucket, leaseSchema, type SluiceError, subjects, termSchema } from "@sluice/contracts";
import { type Clock, fieldsOf, numberIn, type Prng } from "@sluice/foundation";
import { encodeLeaseReport, KeyView, type Link } from "@sluice/messaging";
import type { Kind } from "../state/document.ts";
import type { State } from "../state/state.ts";
import type { Uplink } from "../uplink.ts";
import type { Bidder } from "./bidder.ts";
import type { BootClock } from "./boot-clock.ts";
import type { Usage } from "./usage.ts";

const tickMs = 1_000;
/** A renewal is written down so often: a restart then finds half of its life left. */
const renewalSavedEveryMs = leaseMs / 2;
/** So long a device waits to learn of the open term before its first report, which could not be answered without it. */
const termWithinMs = 5_000;
/** A change that the disk did not take is offered to it again. */
const saveAgainMs = 5_000;

export interface Kept {
  readonly policy: string;
  /** How far the device's counter was when it came under this policy. */
  readonly joinedAtBytes: number;
  readonly lease: SavedLease | null;
}

export interface LeaseClientOptions {
  readonly device: string;
  readonly kept: Kept;
  readonly link: Link;
  readonly uplink: Uplink;
  readonly state: State;
  /** Whether there is a disk to save to: without one nothing older can come back. */
  readonly durable: boolean;
  readonly usage: Usage;
  readonly bidder: Bidder;
  readonly clock: Clock;
  readonly bootClock: BootClock;
  readonly prng: Prng;
  /** The rate may have changed. */
  readonly onChange: () => void;
  readonly onProblem: (problem: SluiceError) => void;
}

/** One device's lease under one policy: hears of it over the metered link, keeps it on disk, reports, and counts. */
export class LeaseClient {
  readonly policy: string;
  readonly holder: LeaseHolder;
  #savedMs = Number.NEGATIVE_INFINITY;
  #saving = false;
  #unsaved = false;
  /** While it leaves: the count at which it began to. */
  #leftAtBytes: number | null = null;
  #released = false;
  #knowsTerm: boolean;
  readonly #startedMs: number;
  #cancel = () => {};
  readonly #views: readonly { close(): void }[];
  readonly #options: LeaseClientOptions;

  constructor(options: LeaseClientOptions) {
    const { device, kept, bootClock } = options;
    this.#options = options;
    this.policy = kept.policy;
    const saved = credible(kept.lease, bootClock);
    this.holder = new LeaseHolder({ policy: kept.policy, device, run: randomUUID(), boot: bootClock.boot, saved });
    this.#knowsTerm = saved !== null;
    this.#startedMs = bootClock.nowMs();
    this.#views = [this.#viewTerm(), this.#viewLease()];
    this.#tick();
  }

  /** Whether an operator has been told that nothing is held any more. */
  get released(): boolean {
    return this.#released;
  }

  /** The device went over to another policy: it goes on reporting until this one's operator has taken back what it gave. */
  leave(): void {
    this.#leftAtBytes = this.#options.usage.bytes;
  }

  close(): void {
    this.#cancel();
    for (const view of this.#views) view.close();
    if (this.#leftAtBytes === null) this.#keep();
  }

  #viewTerm() {
    return this.#view(leaseBucket.term(this.policy), termSchema, "term", (term) => {
      this.#knowsTerm = true;
      this.holder.seeTerm(term);
      this.#reportIfDue();
    });
  }

  #viewLease() {
    const { device } = this.#options;
    return this.#view(leaseBucket.lease(this.policy, device), leaseSchema, "lease", (lease) => this.#offered(lease));
  }

  #view<S extends typeof termSchema | typeof leaseSchema>(
    key: string,
    schema: S,
    what: string,
    onValue: (value: ReturnType<S["parse"]>) => void,
  ) {
    const { device, link, uplink, clock, prng, onProblem } = this.#options;
    return new KeyView({
      link,
      device,
      bucket: leaseBucket.name,
      key,
      schema,
      what,
      clock,
      prng,
      publish: (subject, payload, headers, replyTo) => uplink.control(subject, payload, headers, replyTo),
      onReceived: (bytes) => uplink.received(bytes),
      onValue: (value) => onValue(value as ReturnType<S["parse"]>),
      onDelete: () => {},
      onProblem,
    });
  }

  #offered(lease: Lease): void {
    const nowMs = this.#options.bootClock.nowMs();
    const offered = this.holder.offer(lease, nowMs);
    if (offered !== "changed" && offered !== "renewed") return;
    this.#options.onChange();
    if (offered === "changed") this.#unsaved = true;
    if (this.#unsaved || nowMs - this.#savedMs >= renewalSavedEveryMs) void this.#save();
  }

  /** A lease counts as acknowledged once it is where it will be found after a power cut. */
  async #save(): Promise<void> {
    if (this.#saving) return;
    const { state, durable, bootClock } = this.#options;
    const lease = this.holder.toSave;
    this.#saving = true;
    this.#unsaved = false;
    this.#savedMs = bootClock.nowMs();
    this.#keep();
    const written = await state.flush();
    this.#saving = false;
    if (written || !durable) this.holder.saved(lease);
    else this.#unsaved = true;
    this.#reportIfDue();
    if (written && lease !== this.holder.toSave && this.#unsaved) void this.#save();
  }

  #keep(): void {
    if (this.#leftAtBytes !== null) return;
    const { state, kept } = this.#options;
    state.save("lease", keptKind, { ...kept, lease: this.holder.toSave });
  }

  #tick(): void {
    const { clock, bootClock, bidder, onChange, uplink } = this.#options;
    // What nobody could send says nothing of what bytes are worth: after a cut a device would wait minutes for its share.
    if (this.#leftAtBytes === null && uplink.connected) bidder.look(clock.monotonicMs());
    onChange();
    if (this.#unsaved && bootClock.nowMs() - this.#savedMs >= saveAgainMs) void this.#save();
    this.#reportIfDue();
    this.#cancel = clock.after(tickMs, () => this.#tick());
  }

  #reportIfDue(): void {
    const { uplink, usage, bidder, bootClock, kept, device } = this.#options;
    const nowMs = bootClock.nowMs();
    const leaving = this.#leftAtBytes !== null;
    const idle = leaving || bidder.idle;
    if (!this.#knowsTerm && nowMs - this.#startedMs < termWithinMs) return;
    if (!uplink.connected || !this.holder.wantsReport(nowMs, idle)) return;
    const meter = { id: usage.id, bytes: this.#leftAtBytes ?? usage.bytes, countedBytes: kept.joinedAtBytes };
    const report = this.holder.report(nowMs, { bid: leaving ? null : bidder.bid(), idle, meter });
    if (!report) return;
    if (!uplink.control(subjects.leaseReport(this.policy, device), encodeLeaseReport(report)))
      return this.holder.retry();
    this.#released = leaving && report.held.bytesPerSecond === 0 && report.held.floorBytesPerSecond === 0;
  }
}

/** Where a container counts its own uptime, a clock can begin anew within a boot: no lease ends later than a life from now. */
function credible(lease: SavedLease | null, clock: BootClock): SavedLease | null {
  return lease && lease.endsMs - clock.nowMs() > leaseMs ? { ...lease, endsMs: 0 } : lease;
}

const most = Number.MAX_SAFE_INTEGER;

/** What lies on disk. */
export const keptKind: Kind<Kept> = {
  version: 1,
  parse(value) {
    const { policy, joinedAtBytes, lease } = fieldsOf(value, "lease");
    if (typeof policy !== "string") throw new TypeError("policy: expected a name");
    return { policy, joinedAtBytes: numberIn(joinedAtBytes, "joinedAtBytes", 0, most), lease: leaseOf(lease) };
  },
};

function leaseOf(value: unknown): SavedLease | null {
  if (value === null) return null;
  const fields = fieldsOf(value, "lease");
  const { boot } = fields;
  if (typeof boot !== "string") throw new TypeError("boot: expected a text");
  const count = (name: string) => numberIn(fields[name], name, 0, most);
  return {
    boot,
    term: count("term"),
    epoch: count("epoch"),
    bytesPerSecond: count("bytesPerSecond"),
    floorBytesPerSecond: count("floorBytesPerSecond"),
    burstBytes: count("burstBytes"),
    endsMs: count("endsMs"),
  };
}
