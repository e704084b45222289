import { rolloutPhases } from "../api/policy-status.ts";
import { type MetricSpec, seconds } from "./spec.ts";

/** Metrics of the operator. */
export const operatorMetrics = {
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
  sluice_operator_watch_connected: {
    type: "gauge",
    help: "1 while the kind is being watched. Absent while the server does not know a kind that need not be there.",
    labels: ["kind"],
  },
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
} as const satisfies Record<string, MetricSpec>;
