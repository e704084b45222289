import { formatBytes } from "@sluice/foundation";
import type { Condition } from "../fleet/condition.ts";
import type { Layers } from "./boxes.ts";
import { h, setChildren, setText } from "./dom.ts";
import { httpUrl } from "./feed.ts";
import { LiveView } from "./live.ts";
import type { Camera } from "./place.ts";
import { reasonLooks } from "./reasons.ts";

const flashMs = 1_200;

/** A live picture with what must be read on it: a frame that was just sent, and what is wrong. */
export class Scene {
  readonly element: HTMLElement;
  readonly #live: LiveView;
  readonly #sent = h("p", { class: "sent-flash", "aria-hidden": "true" });
  readonly #veil = h("p", { class: "veil" });
  #lastSent: number | null = null;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, layers: Layers) {
    this.#live = new LiveView(name, layers);
    this.element = h("div", { class: "scene" }, this.#live.element, this.#sent, this.#veil);
  }

  set layers(layers: Layers) {
    this.#live.layers = layers;
  }

  /** Draws what has come since; `url` is the address that the device's page has for this browser. */
  paint({ device, stream }: Camera, ownPage: boolean): void {
    const url = ownPage ? location.origin : device.heartbeat.url;
    this.#live.update(url, stream.report.name, stream.report.width, stream.report.height, stream.results);
  }

  update({ stream }: Camera, conditions: readonly Condition[]): void {
    const worst = conditions.find((c) => c.level === "bad");
    setText(this.#veil, worst?.text ?? "");
    this.element.dataset["level"] = worst ? "bad" : "ok";
    const sent = stream.sends.at(-1);
    if (!sent || sent.frame === this.#lastSent) return;
    if (this.#lastSent !== null) this.#flash(`sent · ${sent.reason} · ${formatBytes(sent.bytes)}`, sent.reason);
    this.#lastSent = sent.frame;
  }

  close(): void {
    clearTimeout(this.#quiet);
    this.#live.close();
  }

  #flash(text: string, reason: keyof typeof reasonLooks): void {
    setText(this.#sent, text);
    this.#sent.className = `sent-flash on tone-${reasonLooks[reason].tone}`;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#sent.classList.remove("on"), flashMs);
  }
}

/** The conditions of a camera as a list, worst first. */
export class ConditionList {
  readonly element = h("ul", { class: "conditions" });

  update(conditions: readonly Condition[]): void {
    const rows = [...this.element.children];
    const wanted = conditions.map((condition, i) => {
      const row = rows[i] ?? h("li");
      row.className = condition.level;
      setText(row, condition.text);
      return row;
    });
    setChildren(this.element, wanted);
  }
}

/** Address of a device's page for links and requests; null where there is none that may be opened. */
export const deviceRoot = (camera: Camera, ownPage: boolean): URL | null =>
  httpUrl(ownPage ? location.origin : camera.device.heartbeat.url);
