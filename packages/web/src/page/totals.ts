import { fleetAgreement } from "../fleet/agreement.ts";
import { recentRate } from "../fleet/history.ts";
import { isSilent } from "../fleet/reduce.ts";
import type { Fleet } from "../fleet/state.ts";
import { agreementExplained } from "./agreement.ts";
import { h, setText } from "./dom.ts";
import { count, margin, rate, share, unknown } from "./words.ts";

/** A number of the whole fleet: what it is, how much, and a word more. */
class Tile {
  readonly element: HTMLElement;
  readonly #value = h("dd", {});
  readonly #note = h("dd", { class: "note" });

  constructor(label: string) {
    this.element = h("div", { class: "tile" }, h("dt", {}, label), this.#value, this.#note);
  }

  update(value: string, note: string, level: "ok" | "warn" | "bad", title = ""): void {
    setText(this.#value, value);
    setText(this.#note, note);
    this.element.dataset["level"] = level;
    this.element.title = title;
  }
}

/** The fleet in one line. */
export class Totals {
  readonly element: HTMLElement;
  readonly #devices = new Tile("devices");
  readonly #cloud = new Tile("cloud");
  readonly #bytes = new Tile("uplink");
  readonly #agreement = new Tile("agreement");
  readonly #frames = new Tile("frames sent");

  constructor(page: "fleet" | "edge") {
    const tiles = [
      ...(page === "fleet" ? [this.#devices] : []),
      this.#cloud,
      this.#bytes,
      this.#agreement,
      this.#frames,
    ];
    this.element = h("dl", { class: "totals" }, ...tiles.map((tile) => tile.element));
  }

  update(fleet: Fleet, nowMs: number): void {
    this.#countDevices(fleet, nowMs);
    this.#countCloud(fleet, nowMs);
    this.#sumBytes(fleet, nowMs);
    const agreement = fleetAgreement(fleet);
    this.#agreement.update(
      `${share(agreement.local)} → ${share(agreement.corrected)}`,
      agreement.correctedHalfWidth === null ? "local → corrected" : `corrected ${margin(agreement.correctedHalfWidth)}`,
      "ok",
      agreementExplained(agreement),
    );
    const reports = [...fleet.devices.values()].flatMap((d) => [...d.streams.values()].map((s) => s.report));
    const [sent, frames] = [sum(reports, (r) => r.sent), sum(reports, (r) => r.frames)];
    this.#frames.update(
      frames > 0 ? `${((100 * sent) / frames).toFixed(1)} %` : unknown,
      frames > 0 ? `${count(sent)} of ${count(frames)}` : "",
      "ok",
    );
  }

  #countDevices(fleet: Fleet, nowMs: number): void {
    const all = [...fleet.devices.values()];
    const silent = all.filter((d) => isSilent(fleet, d, nowMs)).length;
    const note = silent > 0 ? `${silent} silent` : all.length > 0 ? "all report" : "none has reported";
    this.#devices.update(`${all.length - silent} of ${all.length}`, note, silent > 0 ? "bad" : "ok");
  }

  #countCloud(fleet: Fleet, nowMs: number): void {
    const devices = [...fleet.devices.values()].filter((d) => !isSilent(fleet, d, nowMs));
    const alone = devices.filter(
      (d) => d.heartbeat.uplink.state === "disconnected" || d.heartbeat.uplink.backend === "silent",
    );
    const fresh = [...fleet.replicas.values()].filter((r) => nowMs - r.seenAtMs < 15_000 && !r.backend.draining);
    const queueMs = fresh.length > 0 ? Math.max(...fresh.map((r) => r.backend.queueMs)) : null;
    const answers = devices.some((d) => d.heartbeat.uplink.backend === "available");
    const value =
      fresh.length > 0
        ? `${fresh.length} ${fresh.length === 1 ? "replica" : "replicas"}`
        : answers
          ? "answers"
          : unknown;
    const note =
      alone.length > 0 ? `${alone.length} working alone` : queueMs === null ? "" : `queue ${Math.round(queueMs)} ms`;
    const title = value === unknown ? "No replica has advertised itself" : "";
    this.#cloud.update(
      alone.length > 0 && fresh.length === 0 ? "gone" : value,
      note,
      alone.length > 0 ? "warn" : "ok",
      title,
    );
  }

  #sumBytes(fleet: Fleet, nowMs: number): void {
    const live = [...fleet.devices.values()].filter((d) => !isSilent(fleet, d, nowMs));
    const known = live.map((d) => recentRate(d.slots, nowMs)).filter((r) => r !== null);
    const budget = sum(live, (d) => d.heartbeat.budget.bytesPerSecond);
    const now = known.length > 0 ? sum(known, (r) => r.bytesPerSecond) : null;
    const title =
      now === null ? "Unknown until two signs of life have come" : "Mean of the last 15 s, of all devices that report";
    this.#bytes.update(rate(now), live.length > 0 ? `of ${rate(budget)}` : "", "ok", title);
  }
}

const sum = <T>(items: readonly T[], pick: (item: T) => number): number => items.reduce((n, item) => n + pick(item), 0);
