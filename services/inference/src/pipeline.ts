import { BatchQueue, Forecast, type Load, type Outlook, Workload } from "@sluice/batching";
import { asSluiceError, type ServedModelConfig, SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { decodeImage } from "@sluice/imaging";
import type { ModelSlot } from "@sluice/models";
import type { Logger, Metrics, Tracing } from "@sluice/observability";
import { onPlain } from "@sluice/vision";
import { Bell } from "./bell.ts";
import { compute, type Input } from "./compute.ts";
import { Permits } from "./permits.ts";
import { Register } from "./register.ts";
import type { Caller, Question, Visit } from "./visit.ts";

/** Pictures of one model that are decoded at once: as many as the process has threads for it. */
const decodesAtOnce = 4;

export interface PipelineParts {
  readonly slot: ModelSlot;
  readonly config: ServedModelConfig;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly logger: Logger;
}

interface Decoded {
  readonly visit: Visit;
  readonly input: Input;
  readonly decodeMs: number;
}

/**
 * The way of a request through one model: admit → form a batch → decode → compute and answer. There is one lane more
 * than there are workers, so that while they compute the next batch is formed and decoded. Whoever passes its deadline
 * on the way is refused at the next step.
 */
export class Pipeline {
  readonly name: string;
  readonly register: Register;
  readonly forecast: Forecast;
  readonly workload: Workload;
  readonly #parts: PipelineParts;
  readonly #queue: BatchQueue<Visit>;
  readonly #bell: Bell;
  readonly #decoders = new Permits(decodesAtOnce);
  readonly #workers: Permits;
  readonly #lanes: Promise<void>[];
  #isOpen = true;

  constructor(parts: PipelineParts) {
    const { workers, batching } = parts.config;
    this.name = parts.slot.model.name;
    this.workload = new Workload(parts.clock.monotonicMs());
    this.register = new Register(this.name, parts.metrics, (count) => this.workload.arrived(this.#nowMs(), count));
    this.forecast = new Forecast(workers);
    this.#parts = parts;
    this.#queue = new BatchQueue({ maxQueue: batching.maxQueue, maxDelayMs: batching.maxDelay });
    this.#bell = new Bell(parts.clock);
    this.#workers = new Permits(workers);
    this.#lanes = Array.from({ length: workers + 1 }, () => this.#lane());
  }

  get slot(): ModelSlot {
    return this.#parts.slot;
  }

  /** Requests that wait, and how long the next one is expected to. */
  get line(): { queued: number; queueMs: number } {
    return { queued: this.#queue.size, queueMs: this.#queue.delayMs(this.#outlook(), this.#parts.config.workers) };
  }

  /** What is asked of this replica, and what that costs it. */
  get load(): Load & { workers: number } {
    return { ...this.workload.at(this.#nowMs()), workers: this.#parts.config.workers };
  }

  /** Takes a request in; it ends at `deadlineMs` on the monotonic clock at the latest. */
  admit(caller: Caller, question: Question, deadlineMs: number): void {
    const arrivedMs = this.#nowMs();
    const visit = this.register.enter({ caller, question, arrivedMs, deadlineMs, tracing: this.#parts.tracing });
    if (!this.#isOpen) return visit.refuse(new SluiceError("draining", `${this.name}: this replica is shutting down`));
    if (!visit.goesOn(arrivedMs)) return;
    visit.enter("queue");
    this.#giveUp(this.#queue.expire(arrivedMs));
    this.#refuseOverload(this.#queue.offer(visit, visit));
    this.#changed();
  }

  /** Takes nothing more in and refuses what is still in the house; resolves when the lanes are empty. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#queue.clear();
    this.register.refuseAll(new SluiceError("draining", `${this.name}: this replica's time to finish is over`));
    this.#changed();
    await Promise.all(this.#lanes);
  }

  async #lane(): Promise<void> {
    for (let batch = await this.#form(); batch; batch = await this.#form()) {
      try {
        await this.#serve(batch);
      } catch (error) {
        this.#parts.logger.error({ model: this.name, err: error }, "a batch failed");
        for (const visit of batch) visit.refuse(asSluiceError(error));
      }
      this.forecast.ended(batch);
      this.#changed();
    }
  }

  /** The next batch, once it is time for it; undefined when the pipeline has closed. */
  async #form(): Promise<Visit[] | undefined> {
    while (this.#isOpen) {
      const outlook = this.#outlook();
      const { batch, expired } = this.#queue.take(outlook);
      this.#giveUp(expired);
      if (batch.length > 0) {
        this.forecast.formed(batch, outlook);
        this.#showDepth();
        return batch;
      }
      await this.#bell.wait(this.#queue.dueMs(outlook) - outlook.nowMs);
    }
    return undefined;
  }

  async #serve(batch: readonly Visit[]): Promise<void> {
    const decoded = await this.#decode(batch);
    const answer = await this.#workers.use(() => this.#compute(batch, decoded));
    answer();
  }

  async #decode(batch: readonly Visit[]): Promise<Decoded[]> {
    const startMs = this.#nowMs();
    const decoded = await Promise.all(batch.map((visit) => this.#decoders.use(() => this.#decodeOne(visit))));
    this.forecast.decoded(batch.length, this.#nowMs() - startMs);
    return decoded.filter((one) => one !== undefined);
  }

  /** A bad picture is refused here and never meets the others of its batch. */
  async #decodeOne(visit: Visit): Promise<Decoded | undefined> {
    const { question } = visit;
    if (question.kind === "tensor") return { visit, input: question, decodeMs: 0 };
    const startMs = this.#nowMs();
    if (!visit.goesOn(startMs)) return undefined;
    visit.enter("decode");
    try {
      const decoded = await decodeImage(question.bytes);
      // A model that was taught whole pictures finds things of the size that they have there.
      const picture = question.part ? onPlain(decoded, question.part) : decoded;
      const decodeMs = this.#nowMs() - startMs;
      this.#parts.metrics.observe("sluice_inference_decode_seconds", { model: this.name }, decodeMs / 1e3);
      visit.enter("batch");
      return { visit, input: { kind: "picture", picture }, decodeMs };
    } catch (error) {
      visit.refuse(asSluiceError(error));
      return undefined;
    }
  }

  /** Computes what is still wanted. Returns how to answer it, so that the worker is free for the next batch before. */
  async #compute(batch: readonly Visit[], decoded: readonly Decoded[]): Promise<() => void> {
    const startMs = this.#nowMs();
    const wanted = decoded.filter(({ visit }) => visit.goesOn(startMs));
    const { model } = this.slot;
    if (wanted.length === 0) return () => {};
    this.forecast.started(batch, wanted.length, startMs);
    for (const { visit } of wanted) this.#starts(visit, startMs);
    const findings = await compute(
      model,
      wanted.map(({ input }) => input),
      () => this.#parts.metrics.inc("sluice_inference_reruns_total", { model: this.name }),
    );
    const computeMs = this.#nowMs() - startMs;
    this.#ran(wanted.length, computeMs);
    return () => {
      for (const [i, { visit, decodeMs }] of wanted.entries()) {
        const finding = findings[i]!;
        const queueMs = Math.max(0, startMs - visit.arrivedMs - decodeMs);
        if (finding instanceof SluiceError) visit.refuse(finding);
        else if (visit.goesOn(this.#nowMs())) {
          visit.answer({ model, finding, batch: wanted.length, queueMs, decodeMs, computeMs });
        }
      }
    };
  }

  #starts(visit: Visit, nowMs: number): void {
    const waitedMs = nowMs - visit.arrivedMs;
    this.#parts.metrics.observe("sluice_inference_queue_seconds", { model: this.name }, waitedMs / 1e3, visit.traceId);
    visit.enter("compute");
  }

  #ran(size: number, tookMs: number): void {
    this.forecast.computed(size, tookMs);
    this.workload.served(size, tookMs);
    this.#parts.metrics.observe("sluice_inference_compute_seconds", { model: this.name }, tookMs / 1e3);
    this.#parts.metrics.observe("sluice_inference_batch_size", { model: this.name }, size);
  }

  #giveUp(expired: readonly Visit[]): void {
    const hopeless = new SluiceError("expired", `${this.name}: the deadline cannot be met, too much is ahead`);
    const nowMs = this.#nowMs();
    for (const visit of expired) if (visit.goesOn(nowMs)) visit.refuse(hopeless);
  }

  #refuseOverload(loser: Visit | undefined): void {
    if (!loser) return;
    const { queued, queueMs } = this.line;
    loser.refuse(new SluiceError("overloaded", `${this.name}: ${queued} requests wait already`), Math.ceil(queueMs));
  }

  #outlook(): Outlook {
    const maxSize = Math.min(this.#parts.config.batching.maxSize, this.slot.model.maxBatch);
    return this.forecast.outlook(this.#nowMs(), this.#queue.size, maxSize);
  }

  #changed(): void {
    this.#showDepth();
    this.#bell.ring();
  }

  #showDepth(): void {
    this.#parts.metrics.set("sluice_inference_queue_depth", { model: this.name }, this.#queue.size);
  }

  #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }
}
