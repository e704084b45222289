import { formatBytes } from "@sluice/foundation";
import { conditionsOf } from "../fleet/condition.ts";
import { recentRate } from "../fleet/history.ts";
import type { Fleet } from "../fleet/state.ts";
import { AgreementText } from "./agreement.ts";
import { BeliefsText } from "./beliefs.ts";
import type { Layers } from "./boxes.ts";
import { Chart } from "./chart.ts";
import { h, setText } from "./dom.ts";
import { Gauge } from "./gauge.ts";
import { type Camera, hashOf } from "./place.ts";
import { ConditionList, Scene } from "./scene.ts";
import { Strip } from "./strip.ts";
import { priceOf, priceTitle, rateOf } from "./words.ts";

/** One camera at a glance. */
export class Card {
  readonly element: HTMLElement;
  readonly link: HTMLAnchorElement;
  readonly #scene: Scene;
  readonly #strip: Strip;
  readonly #chart: Chart;
  readonly #rate = h("p", { class: "card-rate" });
  readonly #fps = h("span", { class: "card-fps" });
  readonly #agreement = new AgreementText();
  readonly #price = h("span", { title: priceTitle });
  readonly #beliefs = new BeliefsText();
  readonly #tokens = new Gauge("tokens", "Bytes that may be sent at this moment, of the largest burst");
  readonly #conditions = new ConditionList();

  constructor({ device, stream }: Camera, layers: Layers) {
    const [deviceName, streamName] = [device.heartbeat.device, stream.report.name];
    const name = `${streamName} on ${deviceName}`;
    this.#scene = new Scene(`Live picture of ${name}`, layers);
    this.#strip = new Strip(name);
    this.#chart = new Chart(name);
    const names = [h("strong", {}, deviceName), h("span", { class: "card-device" }, streamName)];
    this.link = h(
      "a",
      { class: "card-link", href: hashOf(deviceName, streamName), "aria-label": `Open ${name}` },
      ...names,
    );
    this.element = h(
      "article",
      { class: "card" },
      this.#scene.element,
      h("h2", { class: "card-head" }, this.link, this.#fps),
      this.#conditions.element,
      h("div", { class: "card-numbers" }, this.#agreement.element, h("div", {}, this.#rate, this.#tokens.element)),
      h("p", { class: "card-notes" }, this.#price, this.#beliefs.element),
      this.#chart.element,
      this.#strip.element,
    );
  }

  set layers(layers: Layers) {
    this.#scene.layers = layers;
  }

  paint(camera: Camera): void {
    this.#scene.paint(camera, false);
  }

  update(camera: Camera, fleet: Fleet, nowMs: number): void {
    const { device, stream } = camera;
    const conditions = conditionsOf(fleet, device, stream, nowMs);
    this.element.dataset["level"] = conditions[0]?.level ?? "ok";
    this.#scene.update(camera, conditions);
    this.#conditions.update(conditions.filter((c) => c.level === "warn"));
    setText(this.#fps, stream.report.state === "running" ? `${stream.report.fps.toFixed(0)} fps` : stream.report.state);
    const { budget } = device.heartbeat;
    const recent = recentRate(stream.slots, nowMs);
    setText(this.#rate, rateOf(recent?.bytesPerSecond ?? null, budget.bytesPerSecond), rateTitle(device.streams.size));
    this.#tokens.update(budget.tokens, budget.burstBytes, formatBytes(budget.tokens));
    this.#agreement.update(stream.report.agreement);
    setText(this.#price, priceOf(stream.report.price));
    this.#beliefs.update(stream.report.beliefs);
    this.#chart.update(device.slots, stream.slots, nowMs);
    this.#strip.update(stream.decisions, stream.sends.at(-1));
  }

  close(): void {
    this.#scene.close();
  }
}

const rateTitle = (streams: number) =>
  `Mean of the last 15 s, and the device's budget${streams > 1 ? `, which its ${streams} streams share` : ""}. "–" until two signs of life have come.`;
