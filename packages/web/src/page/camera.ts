import { formatBytes } from "@sluice/foundation";
import { conditionsOf } from "../fleet/condition.ts";
import { recentRate } from "../fleet/history.ts";
import type { Fleet } from "../fleet/state.ts";
import { AgreementText } from "./agreement.ts";
import { BeliefBars } from "./beliefs.ts";
import type { Layers } from "./boxes.ts";
import { Chart } from "./chart.ts";
import { Corrections, Counters, Sends, Tally } from "./details.ts";
import { h, setText } from "./dom.ts";
import { Gauge } from "./gauge.ts";
import type { Camera } from "./place.ts";
import { ConditionList, deviceRoot, Scene } from "./scene.ts";
import { Strip } from "./strip.ts";
import { Why } from "./why.ts";
import { priceOf, priceTitle, rateOf } from "./words.ts";

/** One camera in depth: what the edge saw beside what became of it, and every number behind it. */
export class CameraView {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #ownPage: boolean;
  readonly #local: Scene;
  readonly #corrected: Scene;
  readonly #strip: Strip;
  readonly #chart: Chart;
  readonly #why = new Why();
  readonly #conditions = new ConditionList();
  readonly #rate = h("span", { class: "card-rate" });
  readonly #tokens = new Gauge("tokens", "Bytes that may be sent at this moment, of the largest burst");
  readonly #price = h("span", { class: "panel-note", title: priceTitle });
  readonly #agreement = new AgreementText();
  readonly #beliefs = new BeliefBars();
  readonly #tally = new Tally();
  readonly #sends = new Sends();
  readonly #corrections = new Corrections();
  readonly #counters = new Counters();

  constructor({ device, stream }: Camera, ownPage: boolean) {
    const [deviceName, streamName] = [device.heartbeat.device, stream.report.name];
    const name = `${streamName} on ${deviceName}`;
    this.#ownPage = ownPage;
    this.#local = new Scene(`${name}, with what the edge model sees`, "local");
    this.#corrected = new Scene(`${name}, with the corrected answer`, "corrected");
    this.#strip = new Strip(name, (frame) => this.#why.ask(frame));
    this.#chart = new Chart(name);
    const title = [deviceName, h("span", { class: "card-device" }, ` / ${streamName}`)];
    this.heading = h("h2", { tabindex: -1, class: "camera-title" }, ...title);
    this.element = h("section", { class: "camera", "aria-label": name });
    this.element.append(this.heading, this.#conditions.element, this.#pictures(), this.#panels());
  }

  set layers(layers: Layers) {
    this.element.dataset["layers"] = layers;
  }

  paint(camera: Camera): void {
    this.#local.paint(camera, this.#ownPage);
    this.#corrected.paint(camera, this.#ownPage);
  }

  update(camera: Camera, fleet: Fleet, nowMs: number): void {
    const { device, stream } = camera;
    const conditions = conditionsOf(fleet, device, stream, nowMs);
    this.element.dataset["level"] = conditions[0]?.level ?? "ok";
    this.#conditions.update(conditions);
    for (const scene of [this.#local, this.#corrected]) scene.update(camera, conditions);
    const { budget } = device.heartbeat;
    const recent = recentRate(stream.slots, nowMs)?.bytesPerSecond ?? null;
    setText(this.#rate, rateOf(recent, budget.bytesPerSecond));
    this.#tokens.update(
      budget.tokens,
      budget.burstBytes,
      `${formatBytes(budget.tokens)} of ${formatBytes(budget.burstBytes)}`,
    );
    setText(this.#price, priceOf(stream.report.price));
    this.#agreement.update(stream.report.agreement);
    this.#beliefs.update(stream.report.beliefs);
    this.#chart.update(device.slots, stream.slots, nowMs);
    this.#strip.update(stream.decisions, stream.sends.at(-1));
    this.#tally.update(stream.decisions);
    this.#sends.update(stream.sends);
    this.#corrections.update(stream.corrections, nowMs);
    this.#counters.update(device, stream);
    this.#why.update(deviceRoot(camera, this.#ownPage), stream.report.name);
  }

  close(): void {
    this.#local.close();
    this.#corrected.close();
  }

  #pictures(): HTMLElement {
    return h(
      "div",
      { class: "pictures" },
      figure(this.#local, "figure-local", "Local", "what the edge model sees"),
      figure(this.#corrected, "figure-corrected", "Corrected", "with what the cloud's replies taught"),
    );
  }

  #panels(): HTMLElement {
    const bytes = [h("p", { class: "panel-line" }, this.#rate, this.#price), this.#chart.element, this.#tokens.element];
    const decisions = [this.#strip.element, this.#tally.element, this.#sends.element];
    return h(
      "div",
      { class: "panels" },
      h(
        "div",
        {},
        panel("Bytes against budget", ...bytes),
        panel("Why frames were sent or not", ...decisions),
        panel("Why this frame?", this.#why.element),
      ),
      h(
        "div",
        {},
        panel("Agreement with the cloud", this.#agreement.element),
        panel("How far the edge is believed", this.#beliefs.element),
        panel("Corrections", this.#corrections.element),
        panel("Counters", this.#counters.element),
      ),
    );
  }
}

const figure = (scene: Scene, className: string, title: string, text: string) =>
  h("figure", { class: className }, scene.element, h("figcaption", {}, h("strong", {}, title), ` ${text}`));

const panel = (title: string, ...children: Element[]) =>
  h("section", { class: "panel" }, h("h3", {}, title), ...children);
