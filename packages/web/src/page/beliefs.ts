import { h, setChildren, setText } from "./dom.ts";
import { Gauge } from "./gauge.ts";

const explanation =
  "How far what the edge model detects is believed, as replies taught: the mean chance of being right that answers give its detections";

type Beliefs = Readonly<Record<string, number>> | undefined;

const percent = (chance: number): string => `${Math.round(100 * chance)} %`;
const most = (beliefs: Beliefs, classes: number) => Object.entries(beliefs ?? {}).slice(0, classes);

/** "believes car 84 %, person 61 %", for a card. */
export class BeliefsText {
  readonly element = h("span", { title: explanation });

  update(beliefs: Beliefs): void {
    const told = most(beliefs, 3).map(([name, chance]) => `${name} ${percent(chance)}`);
    setText(this.element, told.length > 0 ? `believes ${told.join(", ")}` : "");
  }
}

/** A bar for each class. */
export class BeliefBars {
  readonly element = h("div", { class: "beliefs", title: explanation });
  readonly #gauges = new Map<string, Gauge>();
  readonly #none = h("p", { class: "label" }, "The edge model has detected nothing yet");

  update(beliefs: Beliefs): void {
    const told = most(beliefs, 8);
    const known = new Set(told.map(([name]) => name));
    for (const name of this.#gauges.keys()) if (!known.has(name)) this.#gauges.delete(name);
    const rows = told.map(([name, chance]) => {
      const gauge = this.#gauges.get(name) ?? new Gauge(name, `${name}: ${explanation}`);
      this.#gauges.set(name, gauge);
      gauge.update(chance, 1, percent(chance));
      return gauge.element;
    });
    setChildren(this.element, rows.length > 0 ? rows : [this.#none]);
  }
}
