export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Label names; each label's values are bounded by configuration (stream, model) or by a list (reason, code). */
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** Buckets of what takes time. */
export const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
