import { LeaseHolder } from "@sluice/allocation";
import {
  type Heartbeat,
  type Lease,
  leaseBucket,
  leaseSchema,
  type PolicyDocument,
  policyBucket,
  policyDocumentSchema,
  subjects,
  termSchema,
  versionOfWire,
} from "@sluice/contracts";
import { type Prng, systemClock } from "@sluice/foundation";
import { encodeHeartbeat, encodeLeaseReport, KeyView, type KeyViewOptions, type Link } from "@sluice/messaging";

/** So much of what its lease allows a device sends, and how far its price wanders from one report to the next. */
const spentShare = 0.8;
const wander = 0.1;
const digest = "c".repeat(64);

/**
 * The daemon's control side, on a connection that many share: it follows its policy document and its lease with the daemon's
 * own client code, keeps the lease by the protocol, and gives signs of life as large as a real one's. It sees no camera, so
 * what it says of frames, bytes and prices is drawn.
 */
export class SimulatedDevice {
  #document: PolicyDocument | null = null;
  #holder: LeaseHolder | null = null;
  #leave: (() => void)[] = [];
  #spentBytes = 0;
  #frames = 0;
  #price = 1e-6;
  readonly #idle: boolean;
  readonly #startedMs = Date.now();
  readonly #name: string;
  readonly #link: Link;
  readonly #prng: Prng;

  /** `onDocument` is told of every policy document that the device takes. */
  constructor(name: string, link: Link, prng: Prng, onDocument: (document: PolicyDocument) => void) {
    this.#name = name;
    this.#link = link;
    this.#prng = prng;
    this.#idle = prng.next() < 0.1;
    this.#view(policyBucket.name, policyBucket.document(name), policyDocumentSchema, (document) => {
      this.#take(document);
      onDocument(document);
    });
  }

  beat(): void {
    this.#frames += 20;
    this.#spentBytes += Math.floor(2 * spentShare * this.#rate());
    this.#link.publish(subjects.heartbeat(this.#name), encodeHeartbeat(this.#heartbeat()));
  }

  /** What the daemon does every second: a report, where one is due. */
  tick(): void {
    const nowMs = performance.now();
    if (!this.#holder?.wantsReport(nowMs, this.#idle)) return;
    this.#price *= 1 + wander * (2 * this.#prng.next() - 1);
    const rate = this.#rate();
    const bid = { price: this.#price, atBytesPerSecond: Math.floor(spentShare * rate), demandBytesPerSecond: 200_000 };
    const meter = { id: this.#name, bytes: this.#spentBytes, countedBytes: 0 };
    const report = this.#holder.report(nowMs, { bid, idle: this.#idle, meter });
    if (!report) return;
    const { policy } = report;
    if (!this.#link.publish(subjects.leaseReport(policy, this.#name), encodeLeaseReport(report))) this.#holder.retry();
  }

  #take(document: PolicyDocument): void {
    const { policy } = document;
    const before = this.#document?.policy;
    this.#document = document;
    if (before === policy) return;
    for (const leave of this.#leave.splice(0)) leave();
    const options = { policy, device: this.#name, run: this.#name, boot: "boot", saved: null };
    const holder = new LeaseHolder(options);
    this.#holder = holder;
    const { name } = leaseBucket;
    this.#leave = [
      this.#view(name, leaseBucket.term(policy), termSchema, (term) => holder.seeTerm(term)),
      this.#view(name, leaseBucket.lease(policy, this.#name), leaseSchema, (lease) => this.#offered(holder, lease)),
    ];
  }

  /** It has no disk that could be slow. */
  #offered(holder: LeaseHolder, lease: Lease): void {
    holder.offer(lease, performance.now());
    holder.saved(holder.toSave);
  }

  #view<S extends KeyViewOptions<typeof policyDocumentSchema>["schema"] | typeof termSchema | typeof leaseSchema>(
    bucket: string,
    key: string,
    schema: S,
    onValue: (value: ReturnType<S["parse"]>) => void,
  ): () => void {
    const [link, prng] = [this.#link, this.#prng];
    const view = new KeyView({
      link,
      device: this.#name,
      bucket,
      key,
      schema,
      what: key,
      clock: systemClock,
      prng,
      publish: (subject, payload, headers, replyTo) => link.publish(subject, payload, headers, replyTo),
      onReceived: () => {},
      onValue: (value) => onValue(value as ReturnType<S["parse"]>),
      onDelete: () => {},
      onProblem: (problem) => process.stderr.write(`${this.#name}: ${problem.message}\n`),
    });
    return () => view.close();
  }

  #rate(): number {
    return this.#holder?.rate(performance.now()) ?? 0;
  }

  #heartbeat(): Heartbeat {
    const [elapsedMs, bytesPerSecond, frames] = [Date.now() - this.#startedMs, this.#rate(), this.#frames];
    const agreement = { samples: Math.floor(frames / 50), local: 0.71, corrected: 0.86, correctedHalfWidth: 0.05 };
    const { policy = "", revision = "" } = this.#document ?? {};
    const { term, epoch, floorBytesPerSecond, endsMs } = this.#holder?.toSave ?? nothing;
    const endsInMs = Math.max(0, Math.floor(endsMs - performance.now()));
    const held = { term, epoch, bytesPerSecond, floorBytesPerSecond, endsInMs };
    return {
      version: versionOfWire,
      device: this.#name,
      atMs: Date.now(),
      startedAtMs: this.#startedMs,
      url: `http://${this.#name}.site.example:8080`,
      model: { name: "small", digest },
      uplink: { state: "connected", model: "large", backend: "available", queueMs: 12.5 },
      budget: { bytesPerSecond, burstBytes: 65_536, tokens: 8_000, spentBytes: this.#spentBytes, elapsedMs },
      policy: this.#document && { name: policy, revision },
      refused: null,
      lease: this.#holder && { policy, ...held },
      streams: [{ ...stream, frames, answered: frames, sent: frames / 20, bytes: this.#spentBytes, agreement }],
    };
  }
}

const nothing = { term: 0, epoch: 0, floorBytesPerSecond: 0, endsMs: 0 };

const stream = {
  name: "front",
  state: "running",
  problem: null,
  width: 1_280,
  height: 720,
  fps: 10,
  dropped: { superseded: 3 },
  offloads: { answered: 40, late: 2 },
  inFlight: 1,
  price: 1.3e-6,
  beliefs: { person: 0.62, car: 0.91, bicycle: 0.4 },
} as const;
