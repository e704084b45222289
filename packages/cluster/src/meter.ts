import type { MetricName, metrics } from "@sluice/contracts";

type Specs = typeof metrics;
type OfType<T extends string> = { [N in MetricName]: Specs[N]["type"] extends T ? N : never }[MetricName];
type Labels<N extends MetricName> = { readonly [L in Specs[N]["labels"][number]]: string };

/** Where measurements go; the metrics of `@sluice/observability` fit. */
export interface Meter {
  inc<N extends OfType<"counter">>(name: N, labels: Labels<N>, by?: number): void;
  set<N extends OfType<"gauge">>(name: N, labels: Labels<N>, value: number): void;
  remove<N extends OfType<"gauge">>(name: N, labels: Labels<N>): void;
  observe<N extends OfType<"histogram">>(name: N, labels: Labels<N>, value: number): void;
}

/** For callers that publish no metrics. */
export const noMeter: Meter = { inc: () => {}, set: () => {}, remove: () => {}, observe: () => {} };
