import { type DestinationStream, destination, pino, stdTimeFunctions } from "pino";

/** Characters of one log line; a longer one keeps its head. */
export const lineLength = 8_192;
/** Bytes that wait for a reader that does not read; more are dropped, since a log must not stop a camera. */
const waitingBytes = 1 << 20;

const secrets = ["token", "password", "credentials", "secret", "authorization", "cookie"];

interface Log {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** Structured log: fields first, then what happened. */
export interface Logger {
  readonly trace: Log;
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  /** A logger that adds `fields` to each line. */
  child(fields: Record<string, unknown>): Logger;
}

/**
 * JSON lines on standard output, with ISO time, level by name and `service`. Fields called `token`, `password` and
 * the like, up to one level deep, are replaced; a line beyond {@link lineLength} is cut down to its message.
 */
export function createLogger(service: string, level: string, to?: DestinationStream): Logger {
  const out = to ?? destination({ dest: 1, sync: false, maxLength: waitingBytes });
  return pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: "(secret)" },
      hooks: { streamWrite: (line) => (line.length <= lineLength ? line : shortened(line)) },
    },
    out,
  );
}

function shortened(line: string): string {
  const { level, time, service, msg = "" } = JSON.parse(line) as Record<string, string>;
  const head = { level, time, service, cutFrom: line.length, msg: msg.slice(0, lineLength / 4) };
  return `${JSON.stringify(head)}\n`;
}
