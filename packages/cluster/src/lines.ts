import { SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { type Answer, unreachable } from "./http.ts";

export interface LineOptions {
  readonly clock: Clock;
  /** A body that says nothing for so long is taken for dead. */
  readonly silenceMs: number;
  /** Longest line. */
  readonly maxBytes: number;
}

const newline = 0x0a;

/**
 * The body's lines as they come. Nothing is read ahead of the consumer. Throws `cluster-unreachable` where the body
 * breaks off, `cluster-expired` where it goes silent, `too-large` for a longer line.
 */
export async function* readLines(answer: Answer, options: LineOptions): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of watched(answer, options)) {
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString("utf8");
        rest = [];
        restBytes = 0;
        from = end + 1;
        if (line !== "") yield line;
      }
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > options.maxBytes) {
        throw new SluiceError("too-large", `${answer.where}: an event of more than ${options.maxBytes} bytes`);
      }
    }
  } finally {
    answer.done();
    answer.body.destroy();
  }
}

/** The chunks of the body, which is destroyed where it keeps the reader waiting for too long. */
async function* watched(answer: Answer, { clock, silenceMs }: LineOptions): AsyncGenerator<Buffer> {
  const chunks = (answer.body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const cancel = clock.after(silenceMs, () => answer.body.destroy(silent(answer, silenceMs)));
    const next = await chunks
      .next()
      .catch((cause: unknown) =>
        Promise.reject(cause instanceof SluiceError ? cause : unreachable(answer.where, cause)),
      )
      .finally(cancel);
    if (next.done) return;
    yield next.value;
  }
}

/** A dead line, or a server that was set back to an earlier state and will only speak once it has caught up again. */
const silent = (answer: Answer, silenceMs: number): SluiceError =>
  new SluiceError("cluster-expired", `${answer.where}: nothing heard for ${silenceMs} ms, not even a bookmark`);
