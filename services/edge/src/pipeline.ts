import { setImmediate as yieldOnce } from "node:timers/promises";
import {
  asSluiceError,
  type OffloadReply,
  type Reason,
  type Result,
  SluiceError,
  type StreamReport,
} from "@sluice/contracts";
import { type CapturedFrame, encodeJpeg } from "@sluice/imaging";
import type { OffloadEnd } from "@sluice/messaging";
import type { Model } from "@sluice/models";
import type { Span } from "@sluice/observability";
import type { Decision, RoadView } from "@sluice/offload";
import { answerOf, type Detection, Onlooker, partAt } from "@sluice/vision";
import { type Crop, cloudOf } from "./reply.ts";
import type { Stage } from "./stage.ts";
import { View } from "./view.ts";

/** A frame with its local detections. */
interface Seen {
  readonly frame: CapturedFrame;
  readonly view: View;
  readonly local: readonly Detection[];
  readonly inferMs: number;
  readonly span: Span;
}

/** A frame that is to be sent, with what was answered at once. */
interface Chosen extends Seen {
  readonly decision: Decision;
  readonly answer: readonly Detection[];
}

/** A frame that was sent, and the span of its trip. */
interface UnderWay extends Chosen {
  readonly crop: Crop | undefined;
  readonly trip: Span;
}

/**
 * One stream's path: capture → infer → publish the local answer → assess → decide → encode → offload → fuse → publish
 * the correction. Nothing on the frame's path waits for the network.
 */
export class Pipeline {
  readonly #stage: Stage;
  readonly #onlooker = new Onlooker();
  readonly #underWay = new Map<number, UnderWay>();
  #view: View | undefined;

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
    const { model, tracing, account, logger, device, stream } = this.#stage;
    const attributes = { device, stream: stream.name, frame: frame.index };
    const span = tracing.startSpan("frame", { attributes, startMs: frame.capturedAtMs });
    const inferring = tracing.startSpan("infer", { parent: span });
    try {
      const view = this.#viewOf(model.model, frame);
      const { detections, preprocessMs, runMs, postprocessMs } = await view.model.detect(frame);
      inferring.end();
      return { frame, view, local: view.visible(detections), inferMs: preprocessMs + runMs + postprocessMs, span };
    } catch (cause) {
      const error = asSluiceError(cause);
      account.drop("model-error");
      logger.warn({ stream: stream.name, frame: frame.index, code: error.code, cure: error.cure }, error.message);
      inferring.end(error);
      span.end(error);
      frame.release();
      return undefined;
    }
  }

  #answer(seen: Seen): void {
    const { frame, view, local, inferMs } = seen;
    const { account, telemetry, clock, live, logger, stream } = this.#stage;
    const atMs = clock.monotonicMs();
    const change = this.#onlooker.next(frame);
    const { answer: all, decision } = view.scene.see(frame.index, atMs, local, change, this.#road(atMs));
    const answer = view.visible(all);
    const alone = answerOf(view.model.task, local, view.model.threshold);
    const result = view.messages.local(frame, alone, answer, inferMs);
    view.trust.answered(alone, answer);
    telemetry.result(result);
    account.answer(inferMs, Math.max(0, clock.wallMs() - frame.capturedAtMs));

    const conclude = (reason: Reason, bytes: number) => this.#conclude(seen, result, decision, reason, bytes);
    const uses = [live.offer(frame)];
    if (decision.action === "send") uses.push(this.#offload({ ...seen, decision, answer }, conclude));
    else conclude(decision.reason, 0);
    Promise.all(uses)
      .catch((cause: unknown) => logger.warn({ stream: stream.name, frame: frame.index }, asSluiceError(cause).message))
      .finally(() => frame.release());
  }

  #road(atMs: number): RoadView {
    const { road, uplink, account, spec, stream } = this.#stage;
    const { inFlight: inFlightLimit, deadline: deadlineMs } = spec.delivery;
    const inFlight = account.encoding + uplink.inFlight(stream.name);
    return road.view(atMs, { connected: uplink.connected, inFlight, inFlightLimit }, deadlineMs);
  }

  /** Says what became of a frame's decision, once that is known. */
  #conclude(seen: Seen, result: Result, decision: Decision, reason: Reason, bytes: number): void {
    const { account, telemetry, recent, bucket, clock } = this.#stage;
    const tokens = bucket.available(clock.monotonicMs());
    const message = seen.view.messages.decision(seen.frame, decision, { reason, bytes, tokens });
    account.decide(message.action, reason, decision.price);
    if (decision.propensity === 0) account.unmeasured();
    else if (decision.drawn && bytes === 0) seen.view.missed(decision);
    recent.remember(result, message);
    telemetry.decision(message);
    if (bytes === 0) seen.span.end();
  }

  async #offload(offload: Chosen, conclude: (reason: Reason, bytes: number) => void): Promise<void> {
    const { frame, decision, span } = offload;
    const { account, tracing } = this.#stage;
    account.encoding++;
    const encoding = tracing.startSpan("encode", { parent: span });
    const jpeg = await encodeJpeg(frame, decision.rung, decision.region).catch((cause: unknown) =>
      asSluiceError(cause),
    );
    encoding.end();
    account.encoding--;
    const paid = jpeg instanceof SluiceError ? "encode-error" : this.#send(offload, jpeg);
    if (typeof paid === "string") {
      offload.view.scene.unsent(frame.index, decision, jpeg instanceof SluiceError ? undefined : jpeg.data.length);
      return conclude(paid, 0);
    }
    account.send(paid);
    conclude(decision.reason, paid);
  }

  /** Puts an encoded frame on the wire; returns its bytes, or why it stayed. */
  #send(offload: Chosen, jpeg: { data: Uint8Array; width: number }): number | Reason {
    const { frame, view, decision, span } = offload;
    const { region } = decision;
    const crop = region && { region, part: partAt(region, frame, jpeg.width) };
    const { stream, uplink, road, spec, clock, tracing } = this.#stage;
    const trip = tracing.startSpan("offload", { parent: span });
    const paid = uplink.offload({
      stream: stream.name,
      frame: frame.index,
      jpeg: jpeg.data,
      part: crop?.part,
      // A wall clock that went back meanwhile must not make anybody wait for longer than the deadline.
      deadlineMs: Math.min(frame.capturedAtMs, clock.wallMs()) + spec.delivery.deadline,
      traceparent: trip.traceparent,
    });
    if (typeof paid === "string") {
      trip.end({ message: "not sent", code: paid });
      return paid;
    }
    trip.set("bytes", paid);
    view.scene.sent(decision, paid, jpeg.data.length);
    road.sent(`${stream.name}/${frame.index}`, paid, clock.monotonicMs());
    this.#underWay.set(frame.index, { ...offload, crop, trip });
    return paid;
  }

  /** An offload of this stream ended, one way or another. */
  ended({ frame: index, outcome, reply, error }: OffloadEnd): void {
    const { account, road, clock, logger, stream } = this.#stage;
    account.end(outcome);
    const sent = this.#underWay.get(index);
    this.#underWay.delete(index);
    if (!sent) return;
    road.ended(`${stream.name}/${index}`, outcome, clock.monotonicMs());
    sent.trip.set("outcome", outcome);
    sent.trip.end(error);
    if (reply && sent.view.takes(reply)) this.#correct(sent, reply, outcome === "answered");
    else if (sent.decision.drawn) sent.view.missed(sent.decision);
    if (!reply)
      logger.debug({ stream: stream.name, frame: index, outcome, code: error?.code }, "offload without an answer");
    sent.span.end(error);
  }

  /** Takes a reply in: later frames are answered with it, and its own frame is answered again. */
  #correct({ frame, view, span, local, answer, decision, crop }: UnderWay, reply: OffloadReply, inTime: boolean): void {
    const { account, telemetry, recent, clock, tracing } = this.#stage;
    const fusing = tracing.startSpan("fuse", { parent: span });
    const cloud = view.visible(cloudOf(reply, view.model, frame, crop));
    const ageMs = Math.max(0, clock.wallMs() - frame.capturedAtMs);
    if (decision.drawn) view.audited(decision, local, answer, cloud, reply.digest);
    const taught = view.scene.reply(frame.index, cloud, decision);
    if (taught) view.taught();
    account.correct(ageMs, span.traceId);
    fusing.end();
    // Of a crop alone, a reply that taught nothing is not the frame's answer.
    if (!taught && crop) return;
    const corrected = answerOf(view.model.task, view.visible(taught?.answer ?? cloud), 0);
    const message = view.messages.correction(frame, corrected, ageMs, inTime);
    recent.correct(message);
    telemetry.result(message);
  }

  /** What audits say of the answers so far. */
  agreement(): StreamReport["agreement"] {
    return this.#view?.agreement() ?? { samples: 0, local: null, corrected: null };
  }

  /** How far what the edge model detects is believed, by class. */
  beliefs(): Record<string, number> {
    return this.#view?.trust.byClass() ?? {};
  }

  /** Hands what was learned to the device's state. */
  remember(): void {
    this.#view?.remember();
  }

  #viewOf(model: Model, frame: CapturedFrame): View {
    if (this.#view?.is(model, frame)) return this.#view;
    this.remember();
    this.#view = new View(this.#stage, model, frame);
    return this.#view;
  }
}
