import type { ServerResponse } from "node:http";
import type { Clock } from "@sluice/foundation";
import type { Metrics } from "@sluice/observability";
import { every } from "./every.ts";

/** Pages that may follow at once; the next one is turned away. */
export const pagesMax = 32;
/** Pages get what has come this often: with one result of a stream waiting, at most about twelve a second. */
const flushMs = 80;
/** A page that is further behind than this gets nothing until it has caught up. */
const behindBytes = 256 << 10;

/** Messages that wait for a page, by topic and subject: newer ones replace the oldest. */
const waitingMax = { heartbeat: 1, result: 1, correction: 4, decision: 60, backend: 1, broker: 1 } as const;
type Topic = keyof typeof waitingMax;

/** Every message is turned into text once, however many pages wait for it. */
type Waiting = Map<string, string[]>;

/** The open pages. A slow one loses intermediate messages; the memory held for it stays bounded. */
export class Audience {
  readonly #pages = new Map<ServerResponse, Waiting>();
  readonly #metrics: Metrics;
  readonly #stop: () => void;

  constructor(clock: Clock, metrics: Metrics) {
    this.#metrics = metrics;
    this.#stop = every(clock, flushMs, () => this.#flush());
    this.#count();
  }

  /** Keeps a response open and begins with the whole state; false where there are pages enough. */
  admit(response: ServerResponse, snapshot: unknown): boolean {
    if (this.#pages.size >= pagesMax) return false;
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(eventText("fleet", snapshot));
    this.#pages.set(response, new Map());
    this.#count();
    response.on("close", () => {
      this.#pages.delete(response);
      this.#count();
    });
    return true;
  }

  publish(topic: Topic, subject: string, message: unknown): void {
    if (this.#pages.size === 0) return;
    const text = eventText(topic === "correction" ? "result" : topic, message);
    const key = `${topic} ${subject}`;
    for (const waiting of this.#pages.values()) {
      const texts = waiting.get(key) ?? [];
      texts.push(text);
      if (texts.length > waitingMax[topic]) texts.shift();
      waiting.set(key, texts);
    }
  }

  close(): void {
    this.#stop();
    for (const response of this.#pages.keys()) response.end();
  }

  #flush(): void {
    for (const [response, waiting] of this.#pages) {
      if (waiting.size === 0) continue;
      if (response.writableLength > behindBytes) {
        this.#metrics.inc("sluice_console_page_waits_total", {});
        continue;
      }
      response.write([...waiting.values()].flat().join(""));
      waiting.clear();
    }
  }

  #count(): void {
    this.#metrics.set("sluice_console_pages", {}, this.#pages.size);
  }
}

const eventText = (type: string, message: unknown) => `event: ${type}\ndata: ${JSON.stringify(message)}\n\n`;
