import type { MetricName } from "@sluice/contracts";
import type { Metrics } from "@sluice/observability";

/** One gauge as of now. */
export interface Figure {
  readonly name: MetricName & `sluice_operator_${"backend" | "policy"}_${string}`;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Gauges that are said in rounds: what a round does not say any more is absent, as is what is not known. */
export class Gauges {
  readonly #metrics: Metrics;
  #said = new Map<string, Figure>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  say(figures: readonly Figure[]): void {
    const now = new Map(figures.map((figure) => [keyOf(figure), figure]));
    for (const [key, { name, labels }] of this.#said) if (!now.has(key)) this.#metrics.remove(name, labels as never);
    for (const { name, labels, value } of figures) this.#metrics.set(name, labels as never, value);
    this.#said = now;
  }
}

const keyOf = ({ name, labels }: Figure): string => JSON.stringify([name, labels]);
