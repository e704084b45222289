import helmet from "@fastify/helmet";
import { asSluiceError, type ErrorCode, SluiceError } from "@sluice/contracts";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** Bounds on what a stranger may make this process hold. */
const bodyBytes = 4 << 20;
const connectionsBound = 256;
/** From a request's first byte to its last; a response, such as a live view, may take for ever. */
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 5_000;
const maxParamLength = 200;

export interface HttpOptions {
  metrics: Metrics;
  /** Whether this process can do its work now; `detail` says what is missing. */
  ready: () => { ok: boolean; detail: Record<string, unknown> };
  logger: Logger;
}

export interface Http {
  /** For routes; errors that they throw become JSON. */
  readonly app: FastifyInstance;
  /** Resolves with the address; port 0 takes a free one. Rejects with `port-taken`. */
  listen(host: string, port: number): Promise<string>;
  /** Ends open connections, live views included. */
  close(): Promise<void>;
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  "too-large": 413,
  overloaded: 429,
  expired: 503,
  draining: 503,
  disconnected: 503,
  "not-permitted": 403,
  "unknown-model": 404,
  "unsupported-version": 400,
  "bad-request": 400,
  "bad-image": 400,
};

/** The HTTP side of a daemon: health, metrics and whatever routes it adds. Serves plain HTTP, for a site's network. */
export function createHttp({ metrics, ready, logger }: HttpOptions): Http {
  const app = Fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength },
  });
  app.server.maxConnections = connectionsBound;
  void app.register(helmet, headerPolicy);
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, reply, request.url, logger));
  app.setNotFoundHandler((request, reply) => {
    const message = `${request.method} ${request.url.slice(0, maxParamLength)}: no such address`;
    return reply
      .code(404)
      .send({ error: { code: "not-found", message, cure: "See the address in the documentation." } });
  });
  app.get("/healthz", () => ({ ok: true }));
  app.get("/readyz", (_, reply) => {
    const { ok, detail } = ready();
    return reply.code(ok ? 200 : 503).send({ ok, ...detail });
  });
  app.get("/metrics", async (_, reply) => reply.type(metrics.contentType).send(await metrics.render()));
  return { app, listen: (host, port) => listen(app, host, port), close: () => app.close() };
}

/** Own scripts and styles only; pictures and data also from other devices' pages, which speak plain HTTP. */
const headerPolicy = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:", "blob:", "http:", "https:"],
      connectSrc: ["'self'", "http:", "https:"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  },
  // These would send a browser to HTTPS, or keep one device's page from showing another's pictures.
  strictTransportSecurity: false,
  crossOriginResourcePolicy: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
} as const;

function answerError(error: FastifyError, reply: FastifyReply, url: string, logger: Logger): FastifyReply {
  const known = error instanceof SluiceError ? error : fromFastify(error);
  const status = statusOf[known.code] ?? 500;
  if (status === 500) logger.error({ url, code: known.code, stack: error.stack }, known.message);
  const { code, message, cure } = known;
  return reply.code(status).send({ error: { code, message: status === 500 ? "internal error" : message, cure } });
}

/** The framework's own refusals: a body too large, not JSON, of an unknown type. */
function fromFastify(error: FastifyError): SluiceError {
  if (error.statusCode === 413) return new SluiceError("too-large", error.message);
  if (error.statusCode !== undefined && error.statusCode < 500) return new SluiceError("bad-request", error.message);
  return asSluiceError(error);
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new SluiceError("port-taken", `${host}:${port} is taken`, { cause });
  }
}
