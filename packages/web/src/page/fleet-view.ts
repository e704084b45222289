import { conditionsOf } from "../fleet/condition.ts";
import type { Layers } from "./boxes.ts";
import { Card } from "./card.ts";
import { h, setChildren } from "./dom.ts";
import { type Camera, camerasOf, hashOf } from "./place.ts";
import type { Store } from "./store.ts";

/** All cameras at a glance. */
export class FleetView {
  readonly element: HTMLElement;
  readonly #cards = new Map<string, Card>();
  readonly #grid = h("div", { class: "cards" });
  readonly #troubles = h("ul", { class: "troubles", "aria-label": "Needs attention" });
  readonly #empty = emptyText();
  #layers: Layers = "both";

  constructor() {
    this.element = h("div", { class: "fleet" }, this.#troubles, this.#empty, this.#grid);
    this.#grid.addEventListener("keydown", (event) => this.#move(event));
  }

  set layers(layers: Layers) {
    this.#layers = layers;
    for (const card of this.#cards.values()) card.layers = layers;
  }

  focus(key: string | null): void {
    if (key !== null) this.#cards.get(key)?.link.focus();
  }

  paint(cameras: readonly Camera[]): void {
    for (const camera of cameras) this.#cards.get(camera.key)?.paint(camera);
  }

  update(store: Store, nowMs: number): void {
    const cameras = camerasOf(store.fleet);
    const known = new Set(cameras.map((camera) => camera.key));
    for (const key of this.#cards.keys()) if (!known.has(key)) this.#drop(key);
    const cards = cameras.map((camera) => this.#card(camera));
    setChildren(
      this.#grid,
      cards.map((card) => card.element),
    );
    cards.forEach((card, i) => card.update(cameras[i]!, store.fleet, nowMs));
    this.#empty.hidden = cameras.length > 0 || store.connection.state === "connecting";
    this.#listTroubles(store, cameras, nowMs);
  }

  close(): void {
    for (const key of this.#cards.keys()) this.#drop(key);
  }

  #card(camera: Camera): Card {
    const card = this.#cards.get(camera.key) ?? new Card(camera, this.#layers);
    this.#cards.set(camera.key, card);
    return card;
  }

  #drop(key: string): void {
    this.#cards.get(key)?.close();
    this.#cards.delete(key);
  }

  #listTroubles({ fleet }: Store, cameras: readonly Camera[], nowMs: number): void {
    const troubles = cameras.flatMap(({ device, stream }) => {
      const bad = conditionsOf(fleet, device, stream, nowMs).find((c) => c.level === "bad");
      return bad
        ? [
            {
              name: `${device.heartbeat.device} / ${stream.report.name}`,
              href: hashOf(device.heartbeat.device, stream.report.name),
            },
          ]
        : [];
    });
    const known = new Map([...this.#troubles.children].map((item) => [item.textContent, item]));
    setChildren(
      this.#troubles,
      troubles.map(({ name, href }) => known.get(name) ?? h("li", {}, h("a", { href }, name))),
    );
  }

  /** Arrow keys go to the neighbouring card, up and down within the column. */
  #move(event: KeyboardEvent): void {
    const links = [...this.#cards.values()].map((card) => card.link);
    const cards = [...this.#grid.children] as HTMLElement[];
    const ordered = cards.map((card) => links.find((link) => card.contains(link))!);
    const from = ordered.findIndex((link) => link === event.target);
    if (from < 0) return;
    const columns = cards.filter((card) => card.offsetTop === cards[0]!.offsetTop).length;
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[event.key];
    const target = step === undefined ? undefined : ordered[from + step];
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.closest("article")?.scrollIntoView({ block: "nearest" });
  }
}

function emptyText(): HTMLElement {
  const start = h("code", {}, "npx sluice edge --config edge.yaml");
  return h(
    "div",
    { class: "empty-fleet", hidden: true },
    h("h2", {}, "No device has reported yet"),
    h(
      "p",
      {},
      "Cameras appear here by themselves with their first sign of life on the broker that this console listens to.",
    ),
    h("p", {}, "Start one with ", start, ", or three at once with ", h("code", {}, "make demo"), "."),
  );
}
