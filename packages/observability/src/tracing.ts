import type { Span as ApiSpan, Attributes, SpanContext, SpanStatusCode } from "@opentelemetry/api";
import type { SpanExporter } from "@opentelemetry/sdk-trace";

/** Spans that wait for export; more are dropped, oldest kept. */
const queueLength = 2_048;
const exportTimeoutMs = 5_000;
const usualShare = 0.1;

export interface Span {
  /** W3C Trace Context of this span; without tracing that of its parent, if there was one. */
  readonly traceparent: string | undefined;
  /** 32 hexadecimal digits, for exemplars. */
  readonly traceId: string | undefined;
  set(key: string, value: string | number | boolean): void;
  /** Ends the span, as failed when there is an error. A second call has no effect. */
  end(error?: { readonly message: string; readonly code?: string }): void;
}

export interface SpanOptions {
  parent?: Span | string | undefined;
  /** When it began, in wall time; now if not given. */
  startMs?: number;
  attributes?: Attributes;
}

export interface Tracing {
  startSpan(name: string, options?: SpanOptions): Span;
  /** Exports what waits, for a few seconds at most. */
  shutdown(): Promise<void>;
}

export interface TracingOptions {
  /** Base of an OTLP/HTTP collector; `/v1/traces` is appended. */
  readonly endpoint: string | undefined;
  /** Share of traces without a parent that are made, 0 to 1; the others leave no mark anywhere. A tenth if not given. */
  readonly share: number | undefined;
  /** Told each batch that could not be exported, and that is all that comes of it. */
  readonly onError?: (error: Error) => void;
}

/**
 * Traces to a collector. Without one no OpenTelemetry code is loaded, which would take some 25 MB, and spans only pass
 * their parent on. Exporting takes bytes outside the budget: point it at the site.
 */
export async function startTracing(service: string, options: TracingOptions): Promise<Tracing> {
  const { endpoint } = options;
  return endpoint === undefined ? noTracing : exporting(service, endpoint, options);
}

const noTracing: Tracing = {
  startSpan: (_, { parent } = {}) => {
    const traceparent = typeof parent === "string" ? parent : parent?.traceparent;
    return { traceparent, traceId: traceparent?.split("-")[1], set: () => {}, end: () => {} };
  },
  shutdown: async () => {},
};

/** A span that nobody will see, nor its children: other processes are not told of it, which saves its bytes on the link. */
const unsampled: Span = { traceparent: undefined, traceId: undefined, set: () => {}, end: () => {} };

async function exporting(
  service: string,
  endpoint: string,
  { share = usualShare, onError = () => {} }: TracingOptions,
): Promise<Tracing> {
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]);
  const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
  const exporter = reporting(new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }), onError);
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(share) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, maxQueueSize: queueLength })],
  });
  const tracer = provider.getTracer("sluice");
  return {
    startSpan(name, { parent, attributes, startMs } = {}) {
      if (parent === unsampled) return unsampled;
      const traceparent = typeof parent === "string" ? parent : parent?.traceparent;
      const remote = traceparent === undefined ? undefined : contextOf(traceparent);
      const context = remote ? api.trace.setSpanContext(api.ROOT_CONTEXT, remote) : api.ROOT_CONTEXT;
      const begin = { ...(attributes && { attributes }), ...(startMs !== undefined && { startTime: startMs }) };
      const span = tracer.startSpan(name, begin, context);
      return span.isRecording() ? wrap(span, api.SpanStatusCode.ERROR) : unsampled;
    },
    // What went wrong with the last batch was told to onError already; a daemon does not fail to stop over it.
    shutdown: () => provider.shutdown().catch(() => {}),
  };
}

function reporting(exporter: SpanExporter, onError: (error: Error) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error) onError(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function wrap(span: ApiSpan, failed: SpanStatusCode): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  let open = true;
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
    traceId,
    set: (key, value) => void span.setAttribute(key, value),
    end(error) {
      if (!open) return;
      open = false;
      if (error?.code) span.setAttribute("sluice.code", error.code);
      if (error) span.setStatus({ code: failed, message: error.message });
      span.end();
    },
  };
}

/** Reads a `traceparent`; undefined where it is malformed, so that a new trace begins (W3C Trace Context, 3.2.2). */
function contextOf(traceparent: string): SpanContext | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent);
  if (!match || /^0+$/.test(match[1]!) || /^0+$/.test(match[2]!)) return undefined;
  return { traceId: match[1]!, spanId: match[2]!, traceFlags: Number.parseInt(match[3]!, 16), isRemote: true };
}
