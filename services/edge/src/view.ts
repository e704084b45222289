import { limits, type OffloadReply, type OffloadSpec, type StreamReport } from "@sluice/contracts";
import { fieldsOf } from "@sluice/foundation";
import type { Model } from "@sluice/models";
import { Agreement, type Decision } from "@sluice/offload";
import { focusOf, Scene } from "@sluice/scene";
import type { Detection, Polygon } from "@sluice/vision";
import { focusProblem } from "./focus.ts";
import { visibleUnder } from "./masks.ts";
import { sleptMs } from "./memory.ts";
import { Messages } from "./messages.ts";
import { fits } from "./reply.ts";
import type { Stage } from "./stage.ts";
import type { Kind } from "./state/document.ts";
import { Trust } from "./trust.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What outlives the process: of one stream with one edge model. */
interface Learned {
  readonly scene: Scene;
  readonly agreement: Agreement;
  /** Digest of the cloud model that the agreement is with. */
  readonly cloud: string | null;
}

/** What is known of a stream for one edge model and picture size; begun anew when either changes, or policy or masks do. */
export class View {
  readonly model: Model;
  readonly scene: Scene;
  readonly messages: Messages;
  readonly trust: Trust;
  readonly size: Size;
  /** Of some boxes those that do not lie under masks. */
  readonly visible: (boxes: readonly Detection[]) => readonly Detection[];
  readonly #masks: readonly Polygon[];
  readonly #spec: OffloadSpec;
  readonly #stage: Stage;
  #agreement: Agreement;
  #cloud: string | null;
  #changed = false;
  #foreign = false;

  constructor(stage: Stage, model: Model, size: Size) {
    this.#stage = stage;
    this.model = model;
    this.#spec = stage.spec;
    this.size = { width: size.width, height: size.height };
    this.#masks = stage.masks;
    // A label is of whatever the masks leave to be seen.
    this.visible = visibleUnder(model.task === "detection" ? this.#masks : [], size);
    this.messages = new Messages(stage.device, stage.stream.name, model);
    this.trust = new Trust(model.classes);
    const learned = stage.state.load(this.#name, this.#kind) ?? this.#begin();
    this.scene = learned.scene;
    this.#agreement = learned.agreement;
    this.#cloud = learned.cloud;
    const problem = focusProblem(this.#spec, model);
    if (problem) stage.logger.warn({ stream: stage.stream.name }, problem);
  }

  is(model: Model, { width, height }: Size): boolean {
    if (this.#spec !== this.#stage.spec || this.#masks !== this.#stage.masks) return false;
    return this.model === model && this.size.width === width && this.size.height === height;
  }

  /** Whether a reply answers what the edge model was asked; says once that it does not. */
  takes(reply: OffloadReply): boolean {
    if (fits(reply, this.model)) return true;
    const { logger, stream } = this.#stage;
    const tasks = `${this.model.name} does ${this.model.task}, ${reply.model} ${reply.task}`;
    if (!this.#foreign) logger.warn({ stream: stream.name }, `${tasks}: its answers are not used`);
    this.#foreign = true;
    return false;
  }

  /** A frame that was drawn to be audited stayed here, or nobody answered. */
  missed({ propensity }: Decision): void {
    this.#changed = true;
    this.#stage.account.audit("missing");
    this.#agreement.missed(propensity, this.#stage.clock.monotonicMs());
  }

  /**
   * The cloud answered a frame that was drawn to be audited: `local` and `answer` are what was published of it. Another
   * cloud model begins another agreement.
   */
  audited(
    { propensity }: Decision,
    local: readonly Detection[],
    answer: readonly Detection[],
    cloud: readonly Detection[],
    digest: string,
  ): void {
    this.#changed = true;
    if (digest !== this.#cloud) this.#agreement = new Agreement();
    this.#cloud = digest;
    this.#stage.account.audit("answered");
    this.#agreement.answered(propensity, this.scene.agreed(local, answer, cloud), this.#stage.clock.monotonicMs());
  }

  agreement(): StreamReport["agreement"] {
    const { samples, missing, frames, local, corrected } = this.#agreement.estimate(this.#stage.clock.monotonicMs());
    return {
      samples,
      local: local?.mean ?? null,
      corrected: corrected?.mean ?? null,
      localHalfWidth: local?.halfWidth ?? null,
      correctedHalfWidth: corrected?.halfWidth ?? null,
      frames,
      missing,
    };
  }

  /** A reply taught something. */
  taught(): void {
    this.#changed = true;
  }

  /** Hands what was learned to the state, if there is news. */
  remember(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const { state } = this.#stage;
    state.save(this.#name, this.#kind, { scene: this.scene, agreement: this.#agreement, cloud: this.#cloud });
  }

  get #name(): string {
    return `stream.${this.#stage.stream.name}.${this.model.identity.slice(0, 12)}`;
  }

  get #kind(): Kind<Learned> {
    const { clock } = this.#stage;
    return {
      version: 1,
      write: ({ scene, agreement, cloud }) => ({
        writtenAtMs: clock.wallMs(),
        scene,
        agreement: agreement.written(clock.monotonicMs()),
        policy: policyOf(this.#spec),
        cloud,
      }),
      parse: (value) => {
        const { writtenAtMs, scene, agreement, policy, cloud } = fieldsOf(value, "document");
        const audits = Agreement.from(agreement, clock.monotonicMs(), sleptMs(writtenAtMs, clock));
        return {
          scene: this.#sceneOf(scene),
          agreement: policy === policyOf(this.#spec) ? audits : new Agreement(),
          cloud: typeof cloud === "string" ? cloud : null,
        };
      },
    };
  }

  #begin(): Learned {
    return { scene: this.#sceneOf(undefined), agreement: new Agreement(), cloud: null };
  }

  #sceneOf(learned: unknown): Scene {
    const { stream, spec, bucket, price, framesPerSecond, prng, uplink } = this.#stage;
    return new Scene({
      ...this.size,
      task: this.model.task,
      related: true,
      threshold: this.model.threshold,
      limit: limits.detectionsPerFrame,
      spec,
      bucket,
      price,
      framesPerSecond,
      overheadBytes: uplink.overheadBytes(stream.name),
      prng,
      learned,
      focus: focusOf(spec, stream.name, this.model.classes),
    });
  }
}

/** What agreement is measured under: another policy begins another, and gates compare the two. A new budget does not. */
const policyOf = (spec: OffloadSpec): string => JSON.stringify({ ...spec, budget: null });
