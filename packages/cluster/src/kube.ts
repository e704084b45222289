import { limits, SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { Access } from "./access.ts";
import { ApiError, type ApiStatus } from "./api-error.ts";
import type { Call } from "./call.ts";
import { type Answer, readText, send } from "./http.ts";
import { readLines } from "./lines.ts";
import { type Meter, noMeter } from "./meter.ts";

/** A request that takes longer has failed; the API server's own limit is 60 s. */
const requestTimeoutMs = 30_000;

/** One API server. Every failure is an {@link ApiError}, or `cluster-unreachable`, or `too-large`. */
export interface Kube {
  readonly server: string;
  readonly namespace: string;
  /** The answer's JSON. */
  call(call: Call): Promise<unknown>;
  /**
   * The lines of an answer without end, to be read at once; they end with an error where nothing comes for
   * `silenceMs`. Resolves when the server has accepted.
   */
  stream(call: Call, silenceMs: number): Promise<AsyncGenerator<string>>;
  close(): void;
}

export interface KubeOptions {
  readonly access: Access;
  readonly clock: Clock;
  readonly meter?: Meter;
  /** Who asks: the `User-Agent`, which audit logs and the default field manager show. */
  readonly agent: string;
  /** Throws where this process may not write (any more): asked before every request that is no GET. */
  readonly mayWrite?: () => void;
}

export function openKube(options: KubeOptions): Kube {
  const { access, clock, meter = noMeter } = options;
  const open = async (call: Call, purpose: "call" | "watch", timeoutMs: number): Promise<Answer> => {
    const connection = await credentials(access, purpose);
    // Asked last: credentials may have taken their time.
    if (call.verb !== "GET") options.mayWrite?.();
    const answer = await send({
      server: access.server,
      call,
      connection,
      clock,
      timeoutMs,
      agent: options.agent,
    }).catch((error: unknown) => {
      meter.inc("sluice_operator_api_requests_total", { verb: call.verb, answer: "unreachable" });
      throw error;
    });
    meter.inc("sluice_operator_api_requests_total", { verb: call.verb, answer: String(answer.status) });
    return answer;
  };
  return {
    server: access.server,
    namespace: access.namespace,
    async call(call) {
      const answer = await open(call, "call", call.timeoutMs ?? requestTimeoutMs);
      const text = await readText(answer, limits.clusterAnswerBytes);
      return json(call, answer, text);
    },
    async stream(call, silenceMs) {
      const answer = await open(call, "watch", silenceMs);
      if (answer.status !== 200) json(call, answer, await readText(answer, limits.clusterAnswerBytes));
      answer.untimed();
      return readLines(answer, { clock, silenceMs, maxBytes: limits.clusterEventBytes });
    },
    close: () => access.close(),
  };
}

async function credentials(access: Access, purpose: "call" | "watch") {
  try {
    return await access.request(purpose);
  } catch (cause) {
    throw new SluiceError("cluster-denied", `credentials for ${access.server}: ${(cause as Error).message}`, { cause });
  }
}

/** The answer's value; throws {@link ApiError} where the answer is none of success. */
function json(call: Call, answer: Answer, text: string): unknown {
  const where = `${call.verb} ${call.path}`;
  const good = answer.status >= 200 && answer.status < 300;
  try {
    const value = JSON.parse(text) as unknown;
    if (good) return value;
    throw new ApiError(where, answer.status, value as ApiStatus, answer.retryAfterMs);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    // Proxies answer in prose.
    throw new ApiError(where, good ? 502 : answer.status, { message: text.slice(0, 200) }, answer.retryAfterMs);
  }
}
