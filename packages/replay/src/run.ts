import { limits, type OffloadSpec, type Reason } from "@sluice/contracts";
import { seededPrng } from "@sluice/foundation";
import { type Decision, type Policy, Price, Road, type Signals, TokenBucket } from "@sluice/offload";
import { type Asked, focusOf, Scene } from "@sluice/scene";
import { answerOf, type Box, type Detection, scoreOf } from "@sluice/vision";
import { type Cropper, guessedCrops } from "./crop.ts";
import { type Ended, type RoadOptions, TracedRoad } from "./road.ts";
import { referenceOf, replyOf } from "./score.ts";
import { changeOf, rungsBySize, type Trace, type TraceFrame } from "./trace.ts";

export interface RunOptions {
  /** What the edge acts on; its rungs are rungs of the trace, its deadline is the run's. */
  readonly spec: OffloadSpec;
  readonly seed: number;
  readonly road: Omit<RoadOptions, "deadlineMs">;
  /** What an offload weighs beyond its picture, nothing if not given: the bytes that are expected, and those of each. */
  readonly overhead?: {
    readonly expectedBytes: number;
    bytesOf(stream: string, frame: number, pictureBytes: number, region?: Box): number;
  };
  /** What crops weigh and bring; guessed from the whole frames if not given. */
  readonly crop?: Cropper;
  /** By stream, instead of the policy that the spec names. */
  readonly policies?: readonly Policy[];
}

/** What became of one frame. */
export interface Replayed {
  readonly frame: TraceFrame;
  readonly action: "send" | "skip";
  readonly reason: Reason;
  /** Index into the trace's rungs, of a frame that was sent. */
  readonly rung: number | undefined;
  readonly bytes: number;
  readonly value: number;
  readonly price: number;
  /** Bytes in the bucket after the decision. */
  readonly tokens: number;
  readonly signals: Signals;
  /** Chance with which the frame was drawn to be audited, 0 where none could be. */
  readonly propensity: number;
  /** What of the frame was sent, in its pixels, and the share of the doubt in it; nothing for the whole. */
  readonly asked: Asked;
  /** When the reply arrived, in seconds of the trace, if it did. */
  arrivedAt: number | undefined;
  answer: Detection[];
  score: number;
}

export interface Run {
  /** A frame each, in the order of the trace. */
  readonly frames: readonly Replayed[];
  /** What was known of each stream at the end. */
  readonly beliefs: readonly Scene["beliefs"][];
}

/** Runs the decision over a trace, as the edge daemon runs it over its cameras. The same inputs give the same run. */
export function run(trace: Trace, options: RunOptions): Run {
  const replay = new Replay(trace, options);
  for (const index of trace.frames.keys()) replay.see(index);
  replay.end();
  return { frames: replay.frames, beliefs: replay.scenes.map((scene) => scene.beliefs) };
}

class Replay {
  readonly frames: Replayed[] = [];
  readonly scenes: readonly Scene[];
  readonly #trace: Trace;
  readonly #spec: OffloadSpec;
  readonly #rungs: ReadonlyMap<string, number>;
  readonly #largest: number;
  readonly #bucket: TokenBucket;
  readonly #road = new Road();
  readonly #link: TracedRoad;
  readonly #overhead: RunOptions["overhead"];
  readonly #crop: Cropper;
  /** Answers to crops under way, by the frame's place in the trace. */
  readonly #crops = new Map<number, readonly Detection[]>();

  constructor(trace: Trace, options: RunOptions) {
    const { spec, road } = options;
    this.#trace = trace;
    this.#overhead = options.overhead;
    this.#crop = options.crop ?? guessedCrops(trace.header);
    this.#spec = spec;
    this.#rungs = new Map(trace.header.rungs.map(({ name }, i) => [name, i]));
    this.#largest = rungsBySize(trace.header)[0]!;
    const startMs = (trace.frames[0]?.t ?? 0) * 1_000;
    this.#bucket = new TokenBucket(spec.budget.rate, spec.budget.burst, startMs);
    this.#link = new TracedRoad({ ...road, deadlineMs: spec.delivery.deadline });
    this.scenes = scenesOf(trace, options, this.#bucket);
  }

  /** A frame's turn: replies that came before it, its answer, the decision on it, and if that says so, its way out. */
  see(index: number): void {
    const frame = this.#trace.frames[index]!;
    const atMs = frame.t * 1_000;
    this.#receive(atMs);
    const scene = this.scenes[frame.stream]!;
    const view = this.#view(frame.stream, atMs);
    const { answer, decision } = scene.see(frame.frame, atMs, frame.edge, changeOf(frame), view);
    const sent = decision.action === "send" ? this.#send(index, scene, decision, atMs) : decision.reason;
    this.frames.push(this.#replayed(frame, decision, sent, answer));
    this.#receive(atMs);
  }

  /** Replies that come after the last frame. */
  end(): void {
    this.#receive(Number.POSITIVE_INFINITY);
  }

  #view(stream: number, atMs: number) {
    const { inFlight: inFlightLimit, deadline: deadlineMs } = this.#spec.delivery;
    const inFlight = this.#link.inFlight(stream, atMs);
    return this.#road.view(atMs, { connected: true, inFlight, inFlightLimit }, deadlineMs);
  }

  /** Returns the bytes that went out, or why none did: what a picture weighs is known only once it is encoded. */
  #send(index: number, scene: Scene, decision: Decision, atMs: number): number | Reason {
    const { stream, frame, bytes } = this.#trace.frames[index]!;
    const rung = this.#rungs.get(decision.rung.name)!;
    const crop = decision.region && this.#crop(this.#trace.frames[index]!, rung, decision.region);
    const pictureBytes = crop?.pictureBytes ?? bytes[rung]!;
    const weight = pictureBytes + this.#overheadBytes(stream, frame, pictureBytes, decision.region);
    if (!this.#bucket.take(weight, atMs)) {
      scene.unsent(frame, decision, pictureBytes);
      return "budget";
    }
    if (crop) this.#crops.set(index, crop.reply);
    scene.sent(decision, weight, pictureBytes);
    this.#link.send(index, stream, weight, atMs);
    this.#road.sent(String(index), weight, atMs);
    return weight;
  }

  #overheadBytes(stream: number, frame: number, pictureBytes: number, region?: Box): number {
    return this.#overhead?.bytesOf(this.#trace.header.streams[stream]!.name, frame, pictureBytes, region) ?? 0;
  }

  #replayed(frame: TraceFrame, decision: Decision, sent: number | Reason, answer: Detection[]): Replayed {
    const { value, price, signals, propensity } = decision;
    const gone = typeof sent === "number";
    return {
      frame,
      action: gone ? "send" : "skip",
      reason: gone ? decision.reason : sent,
      rung: gone ? this.#rungs.get(decision.rung.name) : undefined,
      bytes: gone ? sent : 0,
      asked: gone && decision.region ? { region: decision.region, part: decision.part } : {},
      value,
      price,
      tokens: this.#bucket.available(frame.t * 1_000),
      signals,
      propensity,
      arrivedAt: undefined,
      answer,
      score: this.#score(frame, answer),
    };
  }

  #receive(nowMs: number): void {
    for (const ended of this.#link.ended(nowMs)) this.#finish(ended);
  }

  /** A reply teaches; if it came in time it is also its own frame's answer. */
  #finish({ offload, outcome, atMs }: Ended): void {
    this.#road.ended(String(offload.index), outcome, atMs);
    if (outcome === "expired") return void this.#crops.delete(offload.index);
    const replayed = this.frames[offload.index]!;
    const { frame, rung, asked } = replayed;
    const { task } = this.#trace.header;
    const reply = this.#crops.get(offload.index) ?? replyOf(this.#trace.header, frame, rung!);
    this.#crops.delete(offload.index);
    const taught = this.scenes[frame.stream]!.reply(frame.frame, reply, asked);
    replayed.arrivedAt = atMs / 1_000;
    // Of a crop alone, a reply that taught nothing is not the frame's answer.
    if (outcome === "late" || (!taught && asked.region)) return;
    replayed.answer = answerOf(task, taught?.answer ?? reply, 0);
    replayed.score = this.#score(frame, replayed.answer);
  }

  #score(frame: TraceFrame, answer: readonly Detection[]): number {
    const { header } = this.#trace;
    return scoreOf(header.task, answer, referenceOf(header, this.#largest, frame));
  }
}

function scenesOf({ header }: Trace, options: RunOptions, bucket: TokenBucket): Scene[] {
  const framesPerSecond = header.streams.reduce((sum, { fps }) => sum + fps, 0);
  const shared = {
    task: header.task,
    threshold: header.edge.threshold,
    limit: limits.detectionsPerFrame,
    spec: options.spec,
    bucket,
    price: new Price(),
    framesPerSecond: () => framesPerSecond,
    overheadBytes: options.overhead?.expectedBytes ?? 0,
    prng: seededPrng(options.seed),
  };
  return header.streams.map(({ name, width, height, related }, i) => {
    const policy = options.policies?.[i];
    const focus = focusOf(options.spec, name, header.classes);
    return new Scene({ ...shared, width, height, related, focus, ...(policy && { policy }) });
  });
}
