import { rolloutPhases } from "./api/policy-status.ts";
import { catalogue } from "./errors.ts";
import { dropReasons } from "./heartbeat.ts";
import { outcomes, reasons } from "./results.ts";

export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Label names; each label's values are bounded by configuration (stream, model) or by a list (reason, code). */
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Every metric of Sluice: the only place where a name is written. */
export const metrics = {
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
  sluice_operator_objects: { type: "gauge", help: "Objects known, by kind.", labels: ["kind"] },
  sluice_operator_objects_rejected: {
    type: "gauge",
    help: "Objects that are malformed or found no room, by kind.",
    labels: ["kind"],
  },
  sluice_operator_lists_total: {
    type: "counter",
    help: "Full lists of a kind, by outcome (ok, or the error's code).",
    labels: ["kind", "outcome"],
  },
  sluice_operator_watches_total: {
    type: "counter",
    help: "Watches that ended, by outcome (ok, or the error's code).",
    labels: ["kind", "outcome"],
  },
  sluice_operator_watch_events_total: { type: "counter", help: "Events of watches.", labels: ["kind"] },
  sluice_operator_watch_connected: { type: "gauge", help: "1 while the kind is being watched.", labels: ["kind"] },
  sluice_operator_api_requests_total: {
    type: "counter",
    help: "Requests to the API server, by verb and answer (HTTP status, or unreachable).",
    labels: ["verb", "answer"],
  },
  sluice_operator_queue_depth: { type: "gauge", help: "Keys ready to be reconciled.", labels: ["queue"] },
  sluice_operator_queue_delayed: { type: "gauge", help: "Keys that wait for their time.", labels: ["queue"] },
  sluice_operator_queue_retries_total: { type: "counter", help: "Keys put back after a failure.", labels: ["queue"] },
  sluice_operator_queue_refused_total: {
    type: "counter",
    help: "Keys that found the queue full; the next resync brings them back.",
    labels: ["queue"],
  },
  sluice_operator_queue_seconds: {
    type: "histogram",
    help: "Time from a key being ready to its reconciliation.",
    labels: ["queue"],
    buckets: seconds,
  },
  sluice_operator_reconcile_seconds: {
    type: "histogram",
    help: "One reconciliation.",
    labels: ["controller"],
    buckets: seconds,
  },
  sluice_operator_reconciles_total: {
    type: "counter",
    help: "Reconciliations, by outcome (ready, waiting, stalled, failed, conflict, gone).",
    labels: ["controller", "outcome"],
  },
  sluice_operator_leading: { type: "gauge", help: "1 while this replica leads.", labels: [] },
  sluice_operator_messages_total: {
    type: "counter",
    help: "Heartbeats and adverts heard, by kind and fate (news, same, or why it was ignored: stale, full, invalid, forged, overflow).",
    labels: ["kind", "fate"],
  },
  sluice_operator_devices_online: { type: "gauge", help: "Devices heard of late.", labels: [] },
  sluice_operator_backend_replicas_needed: {
    type: "gauge",
    help: "Replicas that a backend's load needs, not rounded, by which KEDA scales; absent while that is unknown. `backend` is namespace/name.",
    labels: ["backend"],
  },
  sluice_operator_backend_replicas: {
    type: "gauge",
    help: "Replicas that advertise themselves and take requests.",
    labels: ["backend"],
  },
  sluice_operator_backend_unserved_devices: {
    type: "gauge",
    help: "Devices that of late sent frames to a backend's model and found no replica.",
    labels: ["backend"],
  },
  sluice_operator_budget_bytes_per_second: {
    type: "gauge",
    help: "What a policy may grant now: its rate, or less where its quota demands it. Absent, like all of a policy's figures, while another operator may grant.",
    labels: ["policy"],
  },
  sluice_operator_owed_bytes_per_second: {
    type: "gauge",
    help: "What a policy's devices may believe they hold together.",
    labels: ["policy"],
  },
  sluice_operator_quota_used_ratio: {
    type: "gauge",
    help: "Share of a policy's quota that its devices are known to have sent in this period; absent without a quota.",
    labels: ["policy"],
  },
  sluice_operator_leases: {
    type: "gauge",
    help: "A policy's devices by the state of their leases: held, lent (idle), silent (counted on for the floor only), leaving.",
    labels: ["policy", "state"],
  },
  sluice_operator_lease_turn_seconds: {
    type: "histogram",
    help: "One split of a policy's budget, as leases.",
    labels: [],
    buckets: seconds,
  },
  sluice_operator_lease_writes_total: {
    type: "counter",
    help: "Leases written, by fate (ok, failed); a device whose lease was not written is answered anew at its next report.",
    labels: ["fate"],
  },
  sluice_operator_policy_devices: {
    type: "gauge",
    help: "Devices of a policy, by state: selected, and of these online, updated, failed.",
    labels: ["policy", "state"],
  },
  sluice_operator_policy_phase: {
    type: "gauge",
    help: `1 for what a policy's rollout is doing: ${rolloutPhases.join(", ")}.`,
    labels: ["policy", "phase"],
  },
  sluice_operator_policy_wave: { type: "gauge", help: "Wave that a rollout is in, from 1.", labels: ["policy"] },
  sluice_operator_policy_waves: {
    type: "gauge",
    help: "Waves of a rollout, the rest of the fleet included.",
    labels: ["policy"],
  },
  sluice_operator_policy_gate_value: {
    type: "gauge",
    help: "What a gate's last look measured, by the name of its metric; absent while unknown.",
    labels: ["policy", "metric"],
  },
  sluice_operator_policy_gate_good: {
    type: "gauge",
    help: "1 where that look was good, 0 where it was bad; absent while unknown.",
    labels: ["policy", "metric"],
  },
  sluice_operator_documents: { type: "gauge", help: "Policy documents in the broker.", labels: [] },
  sluice_operator_documents_written_total: {
    type: "counter",
    help: "Policy documents written or deleted, by fate (ok, failed).",
    labels: ["fate"],
  },
  sluice_operator_events_total: {
    type: "counter",
    help: "Kubernetes events, by fate (created, counted, dropped).",
    labels: ["fate"],
  },
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
