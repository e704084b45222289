import { canonicalJson } from "@sluice/cluster";
import { policyBucket, type SluiceError, type ToldDocument, toldDocumentSchema } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import { Bucket, type Link, type Shelf, Watch } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import type { Documents, Told } from "./ports.ts";

/** Most that all documents together may take in the broker: 10,000 devices with 8 KiB each, and as much again. */
const bucketBytes = 160 << 20;
const prefix = policyBucket.document("");

export interface BucketDocumentsOptions {
  readonly link: Link;
  readonly replicas: number;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly metrics: Metrics;
  /** Throws where this process may not write (any more). */
  readonly mayWrite: () => void;
  /** A document is not what this process believed: somebody else wrote or deleted it, or the bucket is new. */
  readonly onChange: (device: string) => void;
  readonly onProblem: (problem: SluiceError) => void;
}

/** The devices' policy documents in their bucket. What was written is known at once, and again when the bucket says so. */
export class BucketDocuments implements Documents {
  /** With the bucket's revision of each. */
  readonly #told = new Map<string, Told & { readonly at: number }>();
  readonly #bucket: Bucket;
  readonly #shelf: Shelf<ToldDocument>;
  readonly #watch: Watch<ToldDocument>;
  readonly #options: BucketDocumentsOptions;

  constructor(options: BucketDocumentsOptions) {
    const { link, replicas, clock, prng, onProblem } = options;
    this.#options = options;
    const description = "what each device's policy says";
    this.#bucket = new Bucket(link, { name: policyBucket.name, description, maxBytes: bucketBytes, replicas });
    this.#shelf = this.#bucket.shelf(toldDocumentSchema, "policy document");
    this.#watch = new Watch({
      shelf: this.#shelf,
      filter: policyBucket.documents(),
      clock,
      prng,
      onValue: (key, value, revision) => this.#seen(key.slice(prefix.length), toldBy(value), revision),
      isOwn: (key, revision) => this.#told.get(key.slice(prefix.length))?.at === revision,
      onDelete: (key) => this.#seen(key.slice(prefix.length), null, Infinity),
      onProblem,
    });
  }

  get ready(): boolean {
    return this.#watch.synced;
  }

  told(device: string): Told | null {
    return this.#told.get(device) ?? null;
  }

  devices(): string[] {
    return [...this.#told.keys()];
  }

  async put(device: string, text: string): Promise<void> {
    this.#options.mayWrite();
    const value = JSON.parse(text) as ToldDocument;
    const at = await this.#counted(this.#shelf.put(policyBucket.document(device), value));
    this.#set(device, toldBy(value), at);
  }

  async remove(device: string): Promise<void> {
    this.#options.mayWrite();
    await this.#counted(this.#shelf.delete(policyBucket.document(device)));
    this.#set(device, null, 0);
  }

  close(): void {
    this.#watch.stop();
    this.#bucket.close();
  }

  async #counted<T>(write: Promise<T>): Promise<T> {
    const count = (fate: string) => this.#options.metrics.inc("sluice_operator_documents_written_total", { fate });
    try {
      const written = await write;
      count("ok");
      return written;
    } catch (error) {
      count("failed");
      throw error;
    }
  }

  /** What the watch brings may be older than what this process wrote meanwhile. */
  #seen(device: string, told: Told | null, at: number): void {
    const known = this.#told.get(device);
    if (known && at < known.at) return;
    this.#set(device, told, at);
    if (known?.text !== told?.text) this.#options.onChange(device);
  }

  #set(device: string, told: Told | null, at: number): void {
    if (told) this.#told.set(device, { ...told, at });
    else this.#told.delete(device);
    this.#options.metrics.set("sluice_operator_documents", {}, this.#told.size);
  }
}

const toldBy = (value: ToldDocument): Told => ({
  policy: value.policy,
  revision: value.revision,
  text: canonicalJson(value),
});
