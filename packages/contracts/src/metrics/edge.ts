import { dropReasons } from "../heartbeat.ts";
import { outcomes, reasons } from "../results.ts";
import { type MetricSpec, seconds } from "./spec.ts";

/** Metrics of a device. */
export const edgeMetrics = {
  sluice_edge_frames_total: { type: "counter", help: "Frames captured.", labels: ["stream"] },
  sluice_edge_frames_answered_total: { type: "counter", help: "Frames with a local answer.", labels: ["stream"] },
  sluice_edge_frames_dropped_total: {
    type: "counter",
    help: `Frames without an answer, by reason: ${dropReasons.join(", ")}.`,
    labels: ["stream", "reason"],
  },
  sluice_edge_decisions_total: {
    type: "counter",
    help: `Decisions by action and reason: ${reasons.join(", ")}.`,
    labels: ["stream", "action", "reason"],
  },
  sluice_edge_offloads_total: {
    type: "counter",
    help: `Offloads that ended, by outcome: ${outcomes.join(", ")}.`,
    labels: ["stream", "outcome"],
  },
  sluice_edge_offloads_in_flight: { type: "gauge", help: "Offloads under way.", labels: ["stream"] },
  sluice_edge_uplink_bytes_total: {
    type: "counter",
    help: "Bytes over the metered link, by direction (up, down) and kind (offload, result, heartbeat, control, reply).",
    labels: ["direction", "kind"],
  },
  sluice_edge_uplink_connected: { type: "gauge", help: "1 while the broker can be reached.", labels: [] },
  sluice_edge_budget_bytes_per_second: { type: "gauge", help: "Byte budget of the uplink.", labels: [] },
  sluice_edge_budget_tokens_bytes: { type: "gauge", help: "Bytes that may be sent now.", labels: [] },
  sluice_edge_lease_seconds: {
    type: "gauge",
    help: "Until the budget lease ends unless it is renewed; 0 where it has ended and only the floor is left. Absent where no operator grants bytes.",
    labels: [],
  },
  sluice_edge_price: { type: "gauge", help: "Price of a byte, in frames' worth of F1.", labels: ["stream"] },
  sluice_edge_publish_dropped_total: {
    type: "counter",
    help: "Messages not published, by kind (result, decision, heartbeat) and reason (disconnected, budget).",
    labels: ["kind", "reason"],
  },
  sluice_edge_infer_seconds: {
    type: "histogram",
    help: "Preprocessing and local model, a frame.",
    labels: ["stream"],
    buckets: seconds,
  },
  sluice_edge_local_seconds: {
    type: "histogram",
    help: "From capture to the published local answer.",
    labels: ["stream"],
    buckets: seconds,
  },
  sluice_edge_correction_seconds: {
    type: "histogram",
    help: "From capture to correction.",
    labels: ["stream"],
    buckets: seconds,
  },
  sluice_edge_capture_restarts_total: { type: "counter", help: "Times a source was reopened.", labels: ["stream"] },
  sluice_edge_state_durable: {
    type: "gauge",
    help: "1 while what the device learns is written to its state folder, 0 while the disk refuses; absent without a folder.",
    labels: [],
  },
  sluice_edge_state_writes_total: {
    type: "counter",
    help: "Batches of state, by outcome: written, failed.",
    labels: ["outcome"],
  },
  sluice_edge_state_aside_total: {
    type: "counter",
    help: "Documents or files of state that could not be trusted and were set aside.",
    labels: [],
  },
  sluice_agreement_ratio: {
    type: "gauge",
    help: "Mean frame F1 against the cloud model over all frames, by answer (local, corrected), estimated from audits; absent while unknown.",
    labels: ["stream", "answer"],
  },
  sluice_agreement_halfwidth: {
    type: "gauge",
    help: "How far to either side of that mean the truth lies with a chance of 95 %; absent while unknown.",
    labels: ["stream", "answer"],
  },
  sluice_agreement_samples: { type: "gauge", help: "Audits that the agreement rests on.", labels: ["stream"] },
  sluice_agreement_audits_total: {
    type: "counter",
    help: "Frames drawn to be audited, by outcome: answered, or missing: not answered, or not even sent.",
    labels: ["stream", "outcome"],
  },
  sluice_agreement_unmeasured_total: {
    type: "counter",
    help: "Frames that could not have been drawn, for want of a link or of bytes: agreement does not speak of them.",
    labels: ["stream"],
  },
} as const satisfies Record<string, MetricSpec>;
