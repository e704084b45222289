import type { OffloadSpec, Reason } from "@sluice/contracts";
import { fieldsOf, numberIn, type Prng } from "@sluice/foundation";
import { answerOf, type Task } from "@sluice/vision";
import { assess, firstFresh, type Observation, type Past, type Signals } from "./assess.ts";
import { auditReserve } from "./audits.ts";
import type { TokenBucket } from "./bucket.ts";
import { bestCrop, type Offer } from "./crop.ts";
import { Gain } from "./gain.ts";
import { Ladder } from "./ladder.ts";
import { affordable, obstacle, passable, type RoadView } from "./passage.ts";
import { type Lesson, type Policy, policyOf } from "./policies/index.ts";
import type { Price } from "./price.ts";

/** What was weighed: `bytes` are expected on the wire; what is charged is what was encoded. */
export interface Decision extends Offer {
  readonly action: "send" | "skip";
  readonly reason: Reason;
  readonly value: number;
  /** Price of a byte. */
  readonly price: number;
  readonly signals: Signals;
  /** Chance with which the frame was drawn to be audited, 0 where none could be; and whether it was drawn. */
  readonly propensity: number;
  readonly drawn: boolean;
}

export interface DeciderOptions {
  readonly spec: OffloadSpec;
  /** The device's budget and its price, shared by its streams. */
  readonly bucket: TokenBucket;
  readonly price: Price;
  readonly width: number;
  readonly height: number;
  /** Frames a second of all streams that share the budget: an audit's chance follows from them. */
  readonly framesPerSecond: () => number;
  readonly task: Task;
  /** Score from which a local detection counts. */
  readonly threshold: number;
  /** Bytes that an offload takes beyond its picture. */
  readonly overheadBytes: number;
  readonly prng: Prng;
  /** What {@link Decider.toJSON} wrote, to go on from. */
  readonly learned?: unknown;
  /** Instead of the one that the spec names: replay brings one that knows the future. */
  readonly policy?: Policy;
}

/** Decides, frame by frame, what one stream sends. Pure: no clock, no I/O, the same inputs give the same decisions. */
export class Decider {
  readonly #options: DeciderOptions;
  readonly #policy: Policy;
  readonly #gain: Gain;
  readonly #ladder: Ladder;
  #past: Past = { before: undefined, sent: undefined, drift: 1, lost: 0, fresh: firstFresh };
  /** The last frame that was to be sent, what was known before that, and the loss that it left unasked. */
  #leaving: { readonly frame: number; readonly past: Past; readonly left: number } | undefined;

  /** Throws, saying why, where what was learned cannot be. */
  constructor(options: DeciderOptions) {
    this.#options = options;
    const learned = options.learned === undefined ? undefined : fieldsOf(options.learned, "decider");
    this.#gain = learned ? Gain.from(learned["gain"]) : new Gain();
    this.#policy = options.policy ?? policyOf(options.spec.decision, learned?.["policy"]);
    this.#ladder = new Ladder(options.spec.payload.rungs, options.width, options.height);
    if (learned) this.#ladder.recall(learned["ladder"]);
    // A daemon of an earlier release wrote none.
    const fresh = learned?.["fresh"];
    if (fresh !== undefined) this.#past = { ...this.#past, fresh: numberIn(fresh, "fresh", 0, 1) };
  }

  /** What replies and encodings taught, as JSON. */
  toJSON() {
    const policy = { name: this.#options.spec.decision.policy, written: this.#policy.toJSON?.() };
    return { gain: this.#gain, ladder: this.#ladder, fresh: this.#past.fresh, policy };
  }

  /** Chooses for the next frame of the stream. */
  decide(now: Observation, road: RoadView): Decision {
    const { bucket, price, overheadBytes, threshold } = this.#options;
    const signals = assess(now, this.#past, threshold);
    const { drift, lost, fresh } = signals;
    this.#past = { ...this.#past, before: now, drift, lost, fresh };
    const available = bucket.available(now.atMs);
    const candidates = this.#ladder.candidates(overheadBytes);
    const best = affordable(candidates, bucket.burstBytes);
    const reserve = this.#reserve(best.bytes);
    const whole = wholly(passable(candidates.slice(candidates.indexOf(best)), road));
    const propensity = this.#auditChance(best.bytes, road, available);
    const terms = {
      value: this.#gain.expected(signals) * road.chance(road.aheadBytes + whole.bytes),
      price: price.at(bucket, now.atMs, whole.bytes, reserve),
    };
    const offer = (road.alive ? this.#crop(whole, now, terms) : undefined) ?? whole;
    const numbers = { ...terms, value: offer.part * terms.value, signals, propensity };
    const wish = this.#wish(now, numbers, offer.bytes);
    const drawn = wish.reason === "audit";
    const decision = { ...(drawn ? wholly(best) : offer), drawn, ...numbers };
    const { bytes } = decision;
    const blocked = wish.send && !drawn ? obstacle(road, road.inFlightLimit, bytes, available - reserve) : undefined;
    if (!wish.send || blocked) return { ...decision, action: "skip", reason: blocked ?? wish.reason };
    this.#leave(now, decision);
    return { ...decision, action: "send", reason: road.alive ? wish.reason : "probe" };
  }

  /** The frame is on its way; not only once it is encoded, else the next frames would be sent for the same reason. */
  #leave(now: Observation, { region, part }: Offer): void {
    const past = this.#past;
    const left = (1 - part) * past.lost;
    this.#leaving = { frame: now.frame, past, left };
    // A crop leaves the rest of the picture as old as it was.
    this.#past = region ? { ...past, lost: left } : { ...past, sent: now, drift: 0, lost: 0 };
  }

  #crop(whole: Offer, { hints, answer }: Observation, terms: Pick<Decision, "value" | "price">): Offer | undefined {
    const { spec, overheadBytes } = this.#options;
    if (!hints || !spec.payload.crops || !this.#policy.crops) return undefined;
    const bytesOf = (share: number) => overheadBytes + this.#ladder.cropBytes(whole.rung, share);
    return bestCrop(whole, hints, answer.length, this.#options, { ...terms, bytesOf });
  }

  /** The frame went out as `bytes` on the wire, `pictureBytes` of them the picture. */
  sent(decision: Decision, bytes: number, pictureBytes: number): void {
    this.#weighed(decision, pictureBytes);
    this.#policy.sent?.();
    if (decision.reason === "value") this.#options.price.sold(decision.value, bytes);
  }

  /** The frame did not go out after all, though its picture of `pictureBytes` was made, if any was. */
  unsent(frame: number, offer: Offer, pictureBytes: number | undefined): void {
    if (pictureBytes !== undefined) this.#weighed(offer, pictureBytes);
    if (this.#leaving?.frame !== frame) return;
    const { past, left } = this.#leaving;
    const { sent, drift } = offer.region ? this.#past : past;
    this.#past = { ...this.#past, sent, drift, lost: past.lost + this.#past.lost - left };
    this.#leaving = undefined;
  }

  #weighed({ rung, region, share }: Offer, pictureBytes: number): void {
    if (region) this.#ladder.croppedTo(rung, share, pictureBytes);
    else this.#ladder.weighed(rung, pictureBytes);
  }

  /** A reply came to a frame that was sent. */
  replied(lesson: Lesson): void {
    this.#gain.observed(lesson.won, lesson.part);
    this.#policy.learn?.(lesson);
  }

  #reserve(bytes: number): number {
    const { bucket, spec } = this.#options;
    return this.#policy.audits ? auditReserve(bucket, spec.audit.share, bytes) : 0;
  }

  /**
   * Chance of an audit that takes `bytes`: 0 while it could not go out, so that what is drawn is sent. It may be one more
   * than there may be under way, since what is under way says something about the frame.
   */
  #auditChance(bytes: number, road: RoadView, available: number): number {
    if (!this.#policy.audits || !road.alive || obstacle(road, road.inFlightLimit + 1, bytes, available)) return 0;
    return Math.min(1, (this.#options.spec.audit.share * this.#bytesPerFrame) / bytes);
  }

  get #bytesPerFrame(): number {
    const { bucket, framesPerSecond } = this.#options;
    return bucket.bytesPerSecond / Math.max(framesPerSecond(), 1e-3);
  }

  #wish(now: Observation, numbers: Pick<Decision, "value" | "price" | "signals" | "propensity">, bytes: number) {
    const { value, price, signals, propensity } = numbers;
    const { task, threshold, prng } = this.#options;
    return this.#policy.wish({
      now,
      signals,
      confident: answerOf(task, now.local, threshold),
      framesSinceSent: this.#past.sent ? now.frame - this.#past.sent.frame : Number.POSITIVE_INFINITY,
      value,
      cost: price * bytes,
      affordable: this.#bytesPerFrame / bytes,
      auditChance: propensity,
      prng,
    });
  }
}

const wholly = (candidate: Pick<Offer, "rung" | "bytes">): Offer => ({ ...candidate, share: 1, part: 1 });
