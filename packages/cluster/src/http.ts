import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as secureRequest } from "node:https";
import { SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { Call } from "./call.ts";

export interface Answer {
  readonly status: number;
  readonly retryAfterMs: number;
  readonly body: IncomingMessage;
  /** What to call the request in an error: `GET https://…/api/v1/pods`. */
  readonly where: string;
  /** Lifts the time limit: the body may take as long as it likes, until the signal aborts. */
  untimed(): void;
  /** To be called when the body was read. */
  done(): void;
}

export interface Sending {
  readonly server: string;
  readonly call: Call;
  readonly connection: RequestOptions;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly agent: string;
}

/** Sends one request; resolves with the answer's head. Rejects with `cluster-unreachable`, or the signal's reason. */
export function send({ server, call, connection, clock, timeoutMs, agent }: Sending): Promise<Answer> {
  const url = new URL(server + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const where = `${call.verb} ${url.origin}${url.pathname}`;
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const headers: Record<string, string | number> = { accept: "application/json", "user-agent": agent };
  if (body)
    Object.assign(headers, { "content-type": call.contentType ?? "application/json", "content-length": body.length });
  const dial = url.protocol === "http:" ? plainRequest : secureRequest;
  return new Promise((resolve, reject) => {
    call.signal?.throwIfAborted();
    const request = dial(url, {
      ...connection,
      method: call.verb,
      headers: { ...(connection.headers as Record<string, string>), ...headers },
    });
    const { untimed, done } = limit(request, clock, timeoutMs, call.signal);
    request.on("error", (cause) => {
      done();
      reject(call.signal?.aborted ? call.signal.reason : unreachable(where, cause));
    });
    request.on("response", (response) => {
      const retryAfterMs = 1_000 * (Number(response.headers["retry-after"]) || 0);
      resolve({ status: response.statusCode ?? 0, retryAfterMs, body: response, where, untimed, done });
    });
    request.end(body);
  });
}

/** Ends the request at its time limit or the signal; returns what lifts them. */
function limit(request: ClientRequest, clock: Clock, timeoutMs: number, signal: AbortSignal | undefined) {
  const abort = () => request.destroy(new Error("aborted"));
  const untimed = clock.after(timeoutMs, () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  signal?.addEventListener("abort", abort, { once: true });
  const done = () => {
    untimed();
    signal?.removeEventListener("abort", abort);
  };
  return { untimed, done };
}

export const unreachable = (where: string, cause: unknown): SluiceError =>
  new SluiceError("cluster-unreachable", `${where}: ${(cause as Error).message}`, { cause });

/** The whole body; throws `too-large` above `maxBytes`. */
export async function readText(answer: Answer, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new SluiceError("too-large", `${answer.where}: answer of more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (cause) {
    throw cause instanceof SluiceError ? cause : unreachable(answer.where, cause);
  } finally {
    answer.done();
  }
}
