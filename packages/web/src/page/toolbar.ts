import type { Fleet } from "../fleet/state.ts";
import { type Layers, layers } from "./boxes.ts";
import { h, setChildren } from "./dom.ts";
import { classColour } from "./palette.ts";

const memory = "sluice.layers";
const legendMax = 8;

/** Chooses which boxes are drawn, by pointer or by the keys l, c and b, and says what they mean. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #legend = h("ul", { class: "legend", "aria-label": "Classes in view" });
  readonly #choices = new Map<Layers, HTMLInputElement>();
  readonly #chosen: (layers: Layers) => void;

  constructor(chosen: (layers: Layers) => void) {
    this.#chosen = chosen;
    const choices = layers.map((name) => this.#choice(name));
    const group = h("fieldset", { class: "segments" }, h("legend", { class: "hidden" }, "Boxes to draw"), ...choices);
    this.element = h("div", { class: "toolbar" }, group, this.#legend);
    this.choose(layers.find((name) => name === localStorage.getItem(memory)) ?? "both");
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
      const name = layers.find((l) => l[0] === event.key);
      if (name && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) this.choose(name);
    });
  }

  choose(name: Layers): void {
    this.#choices.get(name)!.checked = true;
    localStorage.setItem(memory, name);
    this.#chosen(name);
  }

  /** Lists the classes that cameras see at present. */
  update(fleet: Fleet): void {
    const results = [...fleet.devices.values()].flatMap((d) => [...d.streams.values()].map((s) => s.results.at(-1)));
    const names = [...new Set(results.flatMap((r) => r?.answer.classes ?? []))].toSorted().slice(0, legendMax);
    const known = new Map([...this.#legend.children].map((item) => [item.textContent, item]));
    setChildren(
      this.#legend,
      names.map((name) => known.get(name) ?? legendItem(name)),
    );
  }

  #choice(name: Layers): HTMLElement {
    const input = h("input", { type: "radio", name: "layers", value: name });
    input.addEventListener("change", () => this.choose(name));
    this.#choices.set(name, input);
    const sample = h("span", { class: `sample ${name}`, "aria-hidden": "true" });
    return h("label", { title: `Key ${name[0]}` }, input, sample, name, h("kbd", {}, name[0]!));
  }
}

function legendItem(name: string): HTMLElement {
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.setProperty("--colour", classColour(name));
  return h("li", {}, swatch, name);
}
