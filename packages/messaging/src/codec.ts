import { limits, SluiceError, validate, versionOfWire } from "@sluice/contracts";
import { err, invariant, ok, type Result } from "@sluice/foundation";

export type Schema = Parameters<typeof validate>[1];
export type Output<S extends Schema> = ReturnType<typeof validate<S>>;

/** What a hostile message makes an error say at most, in characters. */
const problemLength = 500;

export type Decoded<T> = Result<T, SluiceError>;

export interface Codec<T> {
  /** JSON text. */
  readonly encode: (message: T) => string;
  /** The message, or `too-large`, `unsupported-version`, `bad-request`. Never throws; unknown fields are left out. */
  readonly decode: (payload: Uint8Array) => Decoded<T>;
}

export function codec<S extends Schema>(schema: S, what: string): Codec<Output<S>> {
  return {
    encode(message) {
      const text = JSON.stringify(message);
      invariant(
        Buffer.byteLength(text) <= limits.messageBytes,
        `a ${what} is larger than ${limits.messageBytes} bytes`,
      );
      return text;
    },
    decode(payload) {
      const parsed = readJson(payload, what);
      return parsed.ok ? check(parsed.value, schema, what) : parsed;
    },
  };
}

/** Parses a bounded JSON object and checks its major version before anything else is believed of it. */
export function readJson(payload: Uint8Array, what: string): Decoded<object> {
  if (payload.length > limits.messageBytes) {
    return refuse("too-large", `${what}: ${payload.length} bytes, the limit is ${limits.messageBytes}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("utf8"));
  } catch (cause) {
    return refuse("bad-request", `${what}: ${(cause as Error).message}`);
  }
  if (typeof value !== "object" || value === null) return refuse("bad-request", `${what}: not a JSON object`);
  const { version } = value as { version?: unknown };
  if (version === versionOfWire) return ok(value);
  return refuse(
    "unsupported-version",
    `${what}: version ${JSON.stringify(version)}, this side speaks ${versionOfWire}`,
  );
}

export function check<S extends Schema>(value: unknown, schema: S, what: string): Decoded<Output<S>> {
  try {
    return ok(validate(value, schema, what, "bad-request"));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return refuse(error.code, error.message);
  }
}

function refuse(code: SluiceError["code"], message: string): Decoded<never> {
  return err(new SluiceError(code, message.slice(0, problemLength)));
}
