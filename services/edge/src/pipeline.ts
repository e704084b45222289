import { setImmediate as yieldOnce } from "node:timers/promises";
import {
  asSluiceError,
  fromWire,
  limits,
  type OffloadReply,
  type Reason,
  type Result,
  SluiceError,
} from "@sluice/contracts";
import { Fusion } from "@sluice/fusion";
import { type CapturedFrame, encodeJpeg } from "@sluice/imaging";
import type { OffloadEnd } from "@sluice/messaging";
import type { Model } from "@sluice/models";
import type { Span } from "@sluice/observability";
import { Decider, type Decision, type Observation, type RoadView } from "@sluice/offload";
import { changedShare, type Detection, frameF1, thumbnail } from "@sluice/vision";
import { Messages } from "./messages.ts";
import type { Stage } from "./stage.ts";

/** What is known of the scene for one model and picture size; begun anew when either changes. */
interface Scene {
  readonly key: string;
  readonly model: Model;
  readonly fusion: Fusion;
  readonly decider: Decider;
  readonly messages: Messages;
}

/** A frame with its local detections. */
interface Seen {
  readonly frame: CapturedFrame;
  readonly scene: Scene;
  readonly local: readonly Detection[];
  readonly inferMs: number;
  readonly span: Span;
}

/** A frame that is to be sent. */
interface Chosen extends Seen {
  readonly observation: Observation;
  readonly decision: Decision;
}

/** An offload under way. */
interface Sent extends Chosen {
  readonly sentAtMs: number;
}

/**
 * One stream's path: capture → infer → publish the local answer → assess → decide → encode → offload → fuse → publish
 * the correction. Nothing on the frame's path waits for the network.
 */
export class Pipeline {
  readonly #stage: Stage;
  readonly #underWay = new Map<number, Sent>();
  #scene: Scene | undefined;
  #lastPicture: Uint8Array | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Runs until the source ends or is closed. The next frame's inference starts before this one's answer is made. */
  async run(): Promise<void> {
    let current = await this.#capture();
    while (current) {
      const seen = await current.seen;
      const next = this.#capture();
      await yieldOnce();
      if (seen) this.#answer(seen);
      current = await next;
    }
  }

  async #capture(): Promise<{ seen: Promise<Seen | undefined> } | undefined> {
    const frame = await this.#stage.capture.next();
    if (!frame) return undefined;
    this.#stage.account.capture(frame.skippedBefore);
    return { seen: this.#infer(frame) };
  }

  async #infer(frame: CapturedFrame): Promise<Seen | undefined> {
    const { model, tracing, account, logger, stream } = this.#stage;
    const span = tracing.startSpan("frame", { attributes: { stream: stream.name, frame: frame.index } });
    try {
      const scene = this.#sceneOf(model.model, frame);
      const { detections, preprocessMs, runMs, postprocessMs } = await scene.model.detect(frame);
      return { frame, scene, local: detections, inferMs: preprocessMs + runMs + postprocessMs, span };
    } catch (cause) {
      const error = asSluiceError(cause);
      account.drop("model-error");
      logger.warn({ stream: stream.name, frame: frame.index, code: error.code, cure: error.cure }, error.message);
      span.end(error);
      frame.release();
      return undefined;
    }
  }

  #answer(seen: Seen): void {
    const { frame, scene, local, inferMs } = seen;
    const { account, telemetry, clock, live, logger, stream } = this.#stage;
    const atMs = clock.monotonicMs();
    const answer = scene.fusion.frame(frame.index, atMs, local);
    const confident = local.filter((d) => d.score >= scene.model.threshold);
    const result = scene.messages.local(frame, confident, answer, inferMs);
    telemetry.result(result);
    account.answer(inferMs, clock.wallMs() - frame.capturedAtMs);

    const observation = { frame: frame.index, atMs, local, answer, motion: this.#motion(frame) };
    const decision = scene.decider.decide(observation, this.#road(atMs));
    const conclude = (reason: Reason, bytes: number) => this.#conclude(seen, result, decision, reason, bytes);
    const uses = [live.offer(frame)];
    if (decision.action === "send") uses.push(this.#offload({ ...seen, observation, decision }, conclude));
    else conclude(decision.reason, 0);
    Promise.all(uses)
      .catch((cause: unknown) => logger.warn({ stream: stream.name, frame: frame.index }, asSluiceError(cause).message))
      .finally(() => frame.release());
  }

  #motion(frame: CapturedFrame): number {
    const picture = thumbnail(frame);
    const motion = this.#lastPicture ? changedShare(this.#lastPicture, picture) : 1;
    this.#lastPicture = picture;
    return motion;
  }

  #road(atMs: number): RoadView {
    const { road, uplink, account, spec, stream } = this.#stage;
    const { inFlight: inFlightLimit, deadline: deadlineMs } = spec.delivery;
    const inFlight = account.encoding + uplink.inFlight(stream.name);
    return road.view(atMs, { connected: uplink.connected, inFlight, inFlightLimit, deadlineMs });
  }

  /** Says what became of a frame's decision, once that is known. */
  #conclude(seen: Seen, result: Result, decision: Decision, reason: Reason, bytes: number): void {
    const { account, telemetry, recent, bucket, clock } = this.#stage;
    const tokens = bucket.available(clock.monotonicMs());
    const message = seen.scene.messages.decision(seen.frame, decision, { reason, bytes, tokens });
    account.decide(message.action, reason, decision.price);
    recent.remember(result, message);
    telemetry.decision(message);
    if (bytes === 0) seen.span.end();
  }

  async #offload(offload: Chosen, conclude: (reason: Reason, bytes: number) => void): Promise<void> {
    const { frame, decision, span } = offload;
    const { account, tracing } = this.#stage;
    account.encoding++;
    const encoding = tracing.startSpan("encode", { parent: span });
    const jpeg = await encodeJpeg(frame, decision.rung).catch((cause: unknown) => asSluiceError(cause));
    encoding.end();
    account.encoding--;
    const paid = jpeg instanceof SluiceError ? "encode-error" : this.#send(offload, jpeg);
    if (typeof paid === "string") {
      offload.scene.decider.unsent(offload.observation);
      return conclude(paid, 0);
    }
    account.send(paid);
    conclude(decision.reason, paid);
  }

  /** Puts an encoded frame on the wire; returns its bytes, or why it stayed. */
  #send(offload: Chosen, jpeg: { data: Uint8Array }): number | Reason {
    const { frame, scene, decision, span } = offload;
    const { stream, uplink, spec, clock } = this.#stage;
    const paid = uplink.offload({
      stream: stream.name,
      frame: frame.index,
      jpeg: jpeg.data,
      deadlineMs: frame.capturedAtMs + spec.delivery.deadline,
      traceparent: span.traceparent,
    });
    if (typeof paid === "string") return paid;
    scene.decider.sent(decision, paid, jpeg.data.length);
    this.#underWay.set(frame.index, { ...offload, sentAtMs: clock.monotonicMs() });
    return paid;
  }

  /** An offload of this stream ended, one way or another. */
  ended({ frame: index, outcome, reply, error }: OffloadEnd): void {
    const { account, road, clock, logger, stream } = this.#stage;
    account.end(outcome);
    const sent = this.#underWay.get(index);
    this.#underWay.delete(index);
    if (!sent) return;
    const nowMs = clock.monotonicMs();
    road.ended(outcome, nowMs - sent.sentAtMs, nowMs);
    if (reply) this.#correct(sent, reply, outcome === "answered");
    else logger.debug({ stream: stream.name, frame: index, outcome, code: error?.code }, "offload without an answer");
    sent.span.end(error);
  }

  /** Takes a reply in: later frames are answered with it, and its own frame is answered again. */
  #correct({ frame, scene, local, span }: Sent, reply: OffloadReply, inTime: boolean): void {
    const { account, telemetry, recent, clock, tracing } = this.#stage;
    const fusing = tracing.startSpan("fuse", { parent: span });
    const scaled = fromWire(
      reply.detections,
      scene.model.classes,
      frame.width / reply.width,
      frame.height / reply.height,
    );
    const cloud = scaled.filter((d) => d.score >= reply.threshold);
    const ageMs = Math.max(0, clock.wallMs() - frame.capturedAtMs);
    const before = scene.fusion.reply(frame.index, cloud);
    if (before) {
      const corrected = frameF1(before, cloud);
      scene.decider.replied(1 - corrected);
      account.agree(
        frameF1(
          local.filter((d) => d.score >= scene.model.threshold),
          cloud,
        ),
        corrected,
        ageMs,
      );
    }
    const message = scene.messages.correction(frame, cloud, ageMs, inTime);
    recent.correct(message);
    telemetry.result(message);
    fusing.end();
  }

  #sceneOf(model: Model, { width, height }: CapturedFrame): Scene {
    const key = `${model.digest} ${width}x${height}`;
    if (this.#scene?.key !== key) this.#scene = this.#newScene(key, model, width, height);
    return this.#scene;
  }

  #newScene(key: string, model: Model, width: number, height: number): Scene {
    const { device, stream, spec, bucket, price, framesPerSecond, prng, uplink } = this.#stage;
    const { threshold } = model;
    const overheadBytes = uplink.overheadBytes(stream.name);
    return {
      key,
      model,
      fusion: new Fusion({ width, height, threshold, limit: limits.detectionsPerFrame }),
      decider: new Decider({ spec, bucket, price, width, height, framesPerSecond, threshold, overheadBytes, prng }),
      messages: new Messages(device, stream.name, model.classes),
    };
  }
}
