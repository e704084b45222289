export type { FastifyReply as Reply } from "fastify";
export { createHttp, type Http, type HttpOptions } from "./http.ts";
export { createLogger, type Logger } from "./logger.ts";
export { createMetrics, type Labels, type Metrics } from "./metrics.ts";
export { type Span, type SpanOptions, startTracing, type Tracing, type TracingOptions } from "./tracing.ts";
