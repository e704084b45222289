import {
  type ErrorCode,
  type Heartbeat,
  limits,
  policyBucket,
  policyDocumentSchema,
  subjects,
  versionOfWire,
} from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { Bucket, connectLink, encodeHeartbeat, type Link, type Shelf, Watch } from "@sluice/messaging";
import { heartbeatOf } from "./telemetry/heartbeat.builder.ts";

const everyMs = 200;

/** What a device makes of a revision: how good its answers are then, or why it will not take it, with the error's code. */
export type Response = (
  document: Document,
) => { readonly agreement: number } | { readonly refuses: string; readonly code?: ErrorCode };
type Document = ReturnType<typeof policyDocumentSchema.parse>;

export interface Device extends AsyncDisposable {
  readonly name: string;
  /** The document that it acts on. */
  readonly document: Document | null;
  /** Every revision that it ever acted on, in order. */
  readonly history: readonly string[];
  /** Cuts it off, or brings it back. */
  silent: boolean;
  /** Deletes its document, as somebody might who wipes the bucket. */
  loseDocument(): Promise<void>;
}

/** A device that speaks to the broker as the daemon does, but sees no camera: its figures are what the test says. */
export async function startDevice(name: string, natsUrl: string, response: Response): Promise<Device> {
  const link = await connectLink({ servers: [natsUrl], name, clock: systemClock });
  const device = new SimulatedDevice(name, link, response);
  return device;
}

class SimulatedDevice implements Device {
  readonly name: string;
  document: Document | null = null;
  readonly history: string[] = [];
  silent = false;
  #refused: Heartbeat["refused"] = null;
  #masks: string | null = null;
  #agreement = 0.9;
  #frames = 0;
  #appliedFrames = 0;
  readonly #startedMs = Date.now();
  readonly #link: Link;
  readonly #watch: Watch<Document>;
  readonly #shelf: Shelf<Document>;
  readonly #bucket: Bucket;
  readonly #response: Response;
  readonly #timer: NodeJS.Timeout;

  constructor(name: string, link: Link, response: Response) {
    this.name = name;
    this.#link = link;
    this.#response = response;
    this.#bucket = new Bucket(link, { name: policyBucket.name, description: "", maxBytes: limits.messageBytes * 64 });
    this.#shelf = this.#bucket.shelf(policyDocumentSchema, "policy document");
    this.#watch = new Watch({
      shelf: this.#shelf,
      filter: policyBucket.document(name),
      clock: systemClock,
      prng: { next: Math.random },
      onValue: (_, document) => this.#take(document),
      onDelete: () => this.#drop(),
      onProblem: () => {},
    });
    this.#timer = setInterval(() => this.#beat(), everyMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#watch.stop();
    this.#bucket.close();
    await this.#link.close();
  }

  loseDocument(): Promise<void> {
    return this.#shelf.delete(policyBucket.document(this.name));
  }

  #take(document: Document): void {
    const response = this.#response(document);
    const { policy, revision } = document;
    if ("refuses" in response) {
      const { refuses: reason, code } = response;
      const model = document.edgeModel?.metadata.name ?? null;
      this.#refused = { policy, revision, reason, model, ...(code && { code }) };
      return;
    }
    this.#refused = null;
    this.#masks = document.masks?.version ?? this.#masks;
    this.#agreement = response.agreement;
    if (this.document?.revision !== revision) this.#appliedFrames = this.#frames;
    this.document = document;
    this.history.push(revision);
  }

  #drop(): void {
    this.document = null;
    this.#refused = null;
  }

  #beat(): void {
    if (this.silent) return;
    this.#frames += 20;
    const { document } = this;
    const samples = document ? this.#frames - this.#appliedFrames : 0;
    const corrected = samples > 0 ? this.#agreement : null;
    const heartbeat = heartbeatOf({
      device: this.name,
      atMs: Date.now(),
      startedAtMs: this.#startedMs,
      policy: document && { name: document.policy, revision: document.revision },
      refused: this.#refused,
      masks: this.#masks,
      frames: this.#frames,
      elapsedMs: Date.now() - this.#startedMs,
      agreement: { samples, local: corrected, corrected },
    });
    const encoded = encodeHeartbeat({ ...heartbeat, version: versionOfWire });
    this.#link.publish(subjects.heartbeat(this.name), encoded);
  }
}
