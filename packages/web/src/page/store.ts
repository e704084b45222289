import type { Backend, DecisionMessage, Heartbeat, Result } from "@sluice/contracts";
import { backoffMs } from "@sluice/foundation";
import { applyBackend, applyDecision, applyHeartbeat, applyResult, forget, setBroker } from "../fleet/reduce.ts";
import { emptyFleet, type Fleet, fleetFrom, type Snapshot } from "../fleet/state.ts";

/** Results kept per stream, so that a picture finds that of its own frame. */
const resultsKept = 64;
const retry = { firstMs: 500, maxMs: 15_000 } as const;
/** A server says something at least every few seconds; one that says nothing for this long is taken for lost. */
const deafAfterMs = 15_000;

/** What a server tells, by the type of the event: a console all of it, a device what concerns itself. */
interface Messages {
  readonly fleet: Snapshot;
  readonly broker: { readonly up: boolean };
  readonly heartbeat: Heartbeat;
  readonly decision: DecisionMessage;
  readonly result: Result;
  readonly backend: Backend;
}

export interface Connection {
  state: "connecting" | "live" | "lost";
  /** Since when, and when the next attempt is due: on the browser's clock. */
  sinceMs: number;
  retryAtMs: number;
}

/** The fleet as this page knows it, kept up to date by the server that the page came from. */
export class Store {
  readonly page: "fleet" | "edge";
  fleet: Fleet = emptyFleet(resultsKept, performance.now());
  readonly connection: Connection = { state: "connecting", sinceMs: performance.now(), retryAtMs: 0 };
  readonly #changed: () => void;
  /** Server time is `performance.now() - skewMs`. */
  #skewMs = 0;
  #attempt = 0;
  #heardAtMs = performance.now();
  #events: EventSource | null = null;

  constructor(page: "fleet" | "edge", changed: () => void) {
    this.page = page;
    this.#changed = changed;
  }

  /** The fleet's time now; it stands still while the server is lost, for nothing is known of the time since. */
  nowMs(): number {
    const { state, sinceMs } = this.connection;
    return (state === "lost" ? sinceMs : performance.now()) - this.#skewMs;
  }

  start(): void {
    setInterval(() => this.#watch(), 1_000);
    this.#open();
  }

  #open(): void {
    this.#heardAtMs = performance.now();
    const events = new EventSource("/api/events");
    this.#events = events;
    const on = <K extends keyof Messages>(type: K, apply: (message: Messages[K], nowMs: number) => void) =>
      events.addEventListener(type, (event: MessageEvent<string>) => {
        this.#live();
        apply(JSON.parse(event.data) as Messages[K], this.nowMs());
        this.#changed();
      });
    on("fleet", (snapshot) => {
      this.fleet = fleetFrom(snapshot, resultsKept);
      this.#skewMs = performance.now() - snapshot.nowMs;
    });
    on("broker", ({ up }, nowMs) => setBroker(this.fleet, up, nowMs));
    on("heartbeat", (message, nowMs) => applyHeartbeat(this.fleet, message, nowMs));
    on("decision", (message) => applyDecision(this.fleet, message));
    on("result", (message, nowMs) => applyResult(this.fleet, message, nowMs));
    on("backend", (message, nowMs) => applyBackend(this.fleet, message, nowMs));
    events.addEventListener("open", () => this.#greet());
    events.addEventListener("error", () => this.#lose());
  }

  /** A device's own page starts from its state at once, not from its next heartbeat. */
  #greet(): void {
    this.#live();
    if (this.page !== "edge") return;
    fetch("/api/streams")
      .then((response) => response.json())
      .then((message: Heartbeat) => applyHeartbeat(this.fleet, message, this.nowMs()))
      .then(this.#changed)
      .catch(() => this.#lose());
  }

  #live(): void {
    this.#heardAtMs = performance.now();
    this.#attempt = 0;
    if (this.connection.state !== "live") Object.assign(this.connection, { state: "live", sinceMs: this.#heardAtMs });
  }

  #lose(): void {
    if (!this.#events) return;
    this.#events.close();
    this.#events = null;
    const nowMs = performance.now();
    if (this.connection.state !== "lost") Object.assign(this.connection, { state: "lost", sinceMs: nowMs });
    const delayMs = backoffMs(retry, this.#attempt++, { next: Math.random });
    this.connection.retryAtMs = nowMs + delayMs;
    setTimeout(() => this.#open(), delayMs);
    this.#changed();
  }

  #watch(): void {
    if (this.#events && performance.now() - this.#heardAtMs > deafAfterMs) this.#lose();
    if (this.connection.state === "live") forget(this.fleet, this.nowMs());
  }
}
