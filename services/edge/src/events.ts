import type { ServerResponse } from "node:http";

/** Listeners of a device's events; the next one is turned away. */
const listenersMax = 16;
/** Bytes that a slow listener may be behind before it misses events. */
const backlogBytes = 1 << 20;

/** Server-Sent Events: what the device publishes, for pages that are open on it. */
export class Events {
  readonly #listeners = new Map<ServerResponse, string | undefined>();

  /** Sends one event; `json` is the message as it is on the wire. `stream` undefined reaches every listener. */
  emit(type: "result" | "decision" | "heartbeat", stream: string | undefined, json: string): void {
    for (const [response, filter] of this.#listeners) {
      if (filter !== undefined && stream !== undefined && filter !== stream) continue;
      if (response.writableLength < backlogBytes) response.write(`event: ${type}\ndata: ${json}\n\n`);
    }
  }

  /**
   * Keeps the response open for events of one stream, or of all, beginning with the device's `history`; false where
   * there are listeners enough.
   */
  listen(
    response: ServerResponse,
    headers: Record<string, string>,
    stream: string | undefined,
    history: string,
  ): boolean {
    if (this.#listeners.size >= listenersMax) return false;
    response.writeHead(200, { ...headers, "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: fleet\ndata: ${history}\n\n`);
    this.#listeners.set(response, stream);
    response.on("close", () => this.#listeners.delete(response));
    return true;
  }

  close(): void {
    for (const response of this.#listeners.keys()) response.end();
  }
}
