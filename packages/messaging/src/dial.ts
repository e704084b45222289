import { readFileSync } from "node:fs";
import { type Authenticator, connect, credsAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { SluiceError } from "@sluice/contracts";
import { trust } from "./tls.ts";

/** Time for one server to accept a connection. */
const dialTimeoutMs = 5_000;
/** A link that leaves two pings unanswered is dead: noticed within three intervals. */
const pingIntervalMs = 5_000;
const pingsUnanswered = 2;

export interface Access {
  /** `nats://host:port` or `tls://host:port`. */
  servers: readonly string[];
  /** Name of the connection, for whoever looks at the server. */
  name: string;
  /** Whose password `token` is, where the server knows users; the connection's name if not given. */
  user?: string;
  /** The server's token, or the user's password. */
  token?: string | undefined;
  /** Path of a NATS credentials file. */
  credentialsFile?: string | undefined;
  /** Certificates (PEM) of authorities that are trusted besides the usual ones. */
  authorities?: string | undefined;
}

/** Opens connections, one at a call. Throws `config-invalid` at once for what no retry can cure. */
export function dialer(access: Access): () => Promise<NatsConnection> {
  const wrong = access.servers.find((server) => !/^(nats|tls):\/\/[^\s/]+$/.test(server));
  if (access.servers.length === 0 || wrong !== undefined) {
    throw new SluiceError("config-invalid", `NATS server "${wrong ?? ""}": write nats://host:port or tls://host:port`);
  }
  const authenticator = access.credentialsFile ? credentials(access.credentialsFile) : undefined;
  const secure = access.servers.some((server) => server.startsWith("tls://"));
  return () =>
    connect({
      servers: [...access.servers],
      name: access.name,
      noEcho: true,
      reconnect: false,
      timeout: dialTimeoutMs,
      pingInterval: pingIntervalMs,
      maxPingOut: pingsUnanswered,
      // Traces of where each request was made would cost as much as the request.
      noAsyncTraces: true,
      ...(secure && { tls: trust(access.servers, access.authorities) }),
      ...(authenticator && { authenticator }),
      ...(access.token && { token: access.token, user: access.user ?? access.name, pass: access.token }),
    });
}

/** Reads the file again for each connection, since credentials rotate; an unreadable one leaves the last good. */
function credentials(path: string): Authenticator {
  let good: Uint8Array;
  try {
    good = readFileSync(path);
  } catch (cause) {
    throw new SluiceError("config-invalid", `NATS credentials file: ${(cause as Error).message}`, { cause });
  }
  return (nonce) => {
    try {
      good = readFileSync(path);
    } catch {
      // Half-way through a rotation the file may be missing: the server decides whether the old ones still do.
    }
    return credsAuthenticator(good)(nonce);
  };
}
