import { edgeMetrics } from "./metrics/edge.ts";
import { inferenceMetrics } from "./metrics/inference.ts";
import { operatorMetrics } from "./metrics/operator.ts";
import type { MetricSpec } from "./metrics/spec.ts";

/** Every metric of Sluice: a name is written here and in `metrics/`, and nowhere else. */
export const metrics = {
  ...edgeMetrics,
  ...inferenceMetrics,
  ...operatorMetrics,
  sluice_metrics_dropped_total: {
    type: "counter",
    help: "Updates of metrics that had too many series already.",
    labels: [],
  },
  sluice_console_messages_total: {
    type: "counter",
    help: "Messages heard, by kind (heartbeat, result, decision, backend) and fate (applied, or why it was ignored: invalid, too-large, forged, unknown, full, twin, name, overflow).",
    labels: ["kind", "fate"],
  },
  sluice_console_devices: { type: "gauge", help: "Devices known, silent ones included.", labels: [] },
  sluice_console_pages: { type: "gauge", help: "Open pages that follow the fleet.", labels: [] },
  sluice_console_page_waits_total: {
    type: "counter",
    help: "Times a page was too slow to take what had come, and will see only the newest of it.",
    labels: [],
  },
  sluice_console_connected: { type: "gauge", help: "1 while the broker can be reached.", labels: [] },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof metrics;
