import { catalogue } from "../errors.ts";
import { type MetricSpec, seconds } from "./spec.ts";

/** Metrics of the cloud service. */
export const inferenceMetrics = {
  sluice_inference_requests_total: { type: "counter", help: "Requests received.", labels: ["model", "transport"] },
  sluice_inference_answered_total: { type: "counter", help: "Requests answered.", labels: ["model", "transport"] },
  sluice_inference_refused_total: {
    type: "counter",
    help: `Requests refused, by code: ${Object.keys(catalogue).join(", ")}.`,
    labels: ["model", "transport", "code"],
  },
  sluice_inference_in_flight: {
    type: "gauge",
    help: "Requests received that are neither answered nor refused yet.",
    labels: ["model", "transport"],
  },
  sluice_inference_reruns_total: {
    type: "counter",
    help: "Batches that failed and were run again picture by picture, to find the guilty ones.",
    labels: ["model"],
  },
  sluice_inference_model_stale: {
    type: "gauge",
    help: "1 while the newest manifest is no good and the model before it serves on.",
    labels: ["model"],
  },
  sluice_inference_bytes_total: {
    type: "counter",
    help: "Payload bytes, by direction.",
    labels: ["model", "direction"],
  },
  sluice_inference_queue_depth: { type: "gauge", help: "Requests waiting.", labels: ["model"] },
  sluice_inference_queue_seconds: {
    type: "histogram",
    help: "Time from arrival to the start of the batch.",
    labels: ["model"],
    buckets: seconds,
  },
  sluice_inference_decode_seconds: { type: "histogram", help: "Image decoding.", labels: ["model"], buckets: seconds },
  sluice_inference_compute_seconds: {
    type: "histogram",
    help: "One batch's run.",
    labels: ["model"],
    buckets: seconds,
  },
  sluice_inference_batch_size: {
    type: "histogram",
    help: "Requests in a batch.",
    labels: ["model"],
    buckets: [1, 2, 4, 8, 16, 32, 64],
  },
  sluice_inference_connected: { type: "gauge", help: "1 while the broker can be reached.", labels: [] },
} as const satisfies Record<string, MetricSpec>;
