import { type MetricName, type MetricSpec, metrics as specs } from "@sluice/contracts";
import { invariant } from "@sluice/foundation";
import { Counter, collectDefaultMetrics, Gauge, Histogram, type OpenMetricsContentType, Registry } from "prom-client";

/** Series of one metric, so that a runaway label cannot fill the memory; more are dropped and counted. */
export const seriesPerMetric = 1_000;

type Specs = typeof specs;
type OfType<T extends MetricSpec["type"]> = { [N in MetricName]: Specs[N]["type"] extends T ? N : never }[MetricName];
/** A value for each of the metric's labels, and for nothing else. */
export type Labels<N extends MetricName> = { readonly [L in Specs[N]["labels"][number]]: string };

/** Sluice's own metrics, typed by the contract's table: an unknown name or label does not compile. */
export interface Metrics {
  readonly contentType: string;
  inc<N extends OfType<"counter">>(name: N, labels: Labels<N>, by?: number): void;
  /** A value that is not finite is unknown, and an unknown is absent, never 0. */
  set<N extends OfType<"gauge">>(name: N, labels: Labels<N>, value: number): void;
  /** `traceId`, 32 hexadecimal digits, becomes the bucket's exemplar. */
  observe<N extends OfType<"histogram">>(name: N, labels: Labels<N>, value: number, traceId?: string): void;
  /** Forgets a series, because its value is unknown or its subject gone. */
  remove<N extends MetricName>(name: N, labels: Labels<N>): void;
  /** The OpenMetrics text of everything. */
  render(): Promise<string>;
}

type AnyLabels = Record<string, string>;
type OpenMetrics = Registry<OpenMetricsContentType>;
type Instrument = Counter | Gauge | Histogram;

/** Own registry, nothing global. `processMetrics` adds those of the process: memory, CPU time, event loop delay. */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const instruments = new Map(Object.entries(specs).map(([name, spec]) => [name, instrument(name, spec, registry)]));
  const admit = seriesGuard(() => (find("sluice_metrics_dropped_total") as Counter).inc());
  const find = (name: MetricName): Instrument => {
    const found = instruments.get(name);
    invariant(found, `${name} is not a metric of the contract`);
    return found;
  };
  const remove = (name: MetricName, labels: AnyLabels) => {
    find(name).remove(labels);
    admit.forget(name, labels);
  };
  return {
    contentType: registry.contentType,
    inc: (name, labels, by = 1) => {
      if (admit.take(name, labels)) (find(name) as Counter).inc(labels, by);
    },
    set: (name, labels, value) => {
      if (!Number.isFinite(value)) remove(name, labels);
      else if (admit.take(name, labels)) (find(name) as Gauge).set(labels, value);
    },
    observe: (name, labels, value, traceId) => {
      if (!Number.isFinite(value) || !admit.take(name, labels)) return;
      const exemplarLabels = traceId === undefined ? {} : { trace_id: traceId };
      (find(name) as Histogram).observe({ labels, value, exemplarLabels });
    },
    remove,
    render: () => registry.metrics(),
  };
}

function instrument(name: string, spec: MetricSpec, registry: OpenMetrics): Instrument {
  const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
  if (spec.type === "counter") return new Counter(options);
  if (spec.type === "gauge") return unset(new Gauge(options));
  return new Histogram({ ...options, enableExemplars: true, ...(spec.buckets && { buckets: [...spec.buckets] }) });
}

/** The library starts a gauge without labels at 0; here it is absent until it is known. */
function unset(gauge: Gauge): Gauge {
  gauge.remove({});
  return gauge;
}

const keyOf = (name: MetricName, labels: AnyLabels) => specs[name].labels.map((label) => labels[label]).join("\n");

/** Admits at most {@link seriesPerMetric} different label values a metric. */
function seriesGuard(onDrop: () => void) {
  const known = new Map<MetricName, Set<string>>();
  return {
    take(name: MetricName, labels: AnyLabels): boolean {
      const series = known.get(name) ?? new Set();
      const key = keyOf(name, labels);
      if (!series.has(key) && series.size >= seriesPerMetric) {
        onDrop();
        return false;
      }
      known.set(name, series.add(key));
      return true;
    },
    forget(name: MetricName, labels: AnyLabels): void {
      known.get(name)?.delete(keyOf(name, labels));
    },
  };
}
