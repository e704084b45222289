import { h, setText } from "./dom.ts";
import type { Store } from "./store.ts";
import { ago } from "./words.ts";

/** What is wrong with the way here, above everything else: it makes all that follows old. */
export class Banner {
  readonly element: HTMLElement;
  readonly #text = h("span", { role: "status" });
  /** Counts seconds: for eyes only, or a screen reader would never fall silent. */
  readonly #count = h("span", { "aria-hidden": "true" });

  constructor() {
    this.element = h("p", { class: "banner", hidden: true }, this.#text, " ", this.#count);
  }

  update({ connection, fleet, page }: Store, nowMs: number): void {
    const lost = connection.state === "lost";
    const [text, counting] = lost ? lostTexts(connection, page) : brokerTexts(fleet.broker, nowMs);
    setText(this.#text, text);
    setText(this.#count, counting);
    this.element.hidden = text === "";
    document.body.dataset["connection"] = lost ? "lost" : fleet.broker.up ? "live" : "deaf";
  }
}

function lostTexts({ sinceMs, retryAtMs }: Store["connection"], page: string): [string, string] {
  const seconds = Math.ceil((retryAtMs - performance.now()) / 1000);
  const who = page === "edge" ? "This device" : "The console";
  const next = seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again now.";
  return [
    `${who} cannot be reached; what you see is old.`,
    `Last heard of ${ago(performance.now() - sinceMs)}. ${next}`,
  ];
}

function brokerTexts({ up, sinceMs }: Store["fleet"]["broker"], nowMs: number): [string, string] {
  if (up) return ["", ""];
  const text = "The console has lost its broker: nothing new is heard. The cameras go on by themselves.";
  return [text, `Lost ${ago(nowMs - sinceMs)}.`];
}
