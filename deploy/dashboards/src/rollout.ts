import type { Board } from "./board.ts";

const job = 'job=~"$job"';

/** The operator: whether policies reach devices, and what holds them up. */
export const rollout: Board = {
  name: "rollout",
  title: "Sluice: operator and rollouts",
  about: "Whether somebody leads, sees the cluster, and brings it to what the policies say.",
  choices: ["job"],
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Leaders",
          about: "One, always. None for long: see the runbook of SluiceOperatorWithoutLeader.",
          shape: "figure",
          unit: "short",
          bad: { below: 1 },
          queries: [{ expr: `sum(sluice_operator_leading{${job}})`, legend: "leading" }],
        },
        {
          title: "Bad looks",
          about: "Gates whose last look was bad: as many of them as its `failureLimit` roll the policy back.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 1 },
          queries: [
            { expr: `count(max by (policy, metric) (sluice_operator_policy_gate_good{${job}}) == 0)`, legend: "bad" },
          ],
        },
        {
          title: "Not seen",
          about: "Kinds that the replica that leads does not watch: see the runbook of SluiceOperatorBlind.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 0 },
          queries: [
            {
              expr: `max by (kind) (sluice_operator_watch_connected{${job}} and on (job, instance) sluice_operator_leading == 1) == 0`,
              legend: "{{kind}}",
            },
          ],
        },
        {
          title: "Failed devices",
          about: "Devices that keep an older revision, and say why in their status.",
          shape: "figure",
          unit: "short",
          bad: { from: 1 },
          queries: [
            {
              expr: `sum(max by (policy) (sluice_operator_policy_devices{${job},state="failed"}))`,
              legend: "failed",
            },
          ],
        },
        {
          title: "Objects that were rejected",
          about: "Malformed, or beyond the bound.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 1 },
          queries: [{ expr: `max by (kind) (sluice_operator_objects_rejected{${job}}) > 0`, legend: "{{kind}}" }],
        },
      ],
    },
    {
      title: "Rollouts",
      panels: [
        {
          title: "What rollouts are doing",
          about: "By policy. `Held`, `RolledBack` and `Aborted` stay until somebody edits the policy or goes on.",
          shape: "stacked",
          unit: "short",
          queries: [
            { expr: `max by (policy, phase) (sluice_operator_policy_phase{${job}})`, legend: "{{policy}}: {{phase}}" },
          ],
        },
        {
          title: "Waves",
          about: "Share of its waves that each rollout has begun.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          queries: [
            {
              expr: `max by (policy) (sluice_operator_policy_wave{${job}}) / max by (policy) (sluice_operator_policy_waves{${job}})`,
              legend: "{{policy}}",
            },
          ],
        },
        {
          title: "Devices with the newest revision",
          about:
            "Share of those that are online. Less than all for long, with a rollout that is done: look at failed ones.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          queries: [
            {
              expr: `max by (policy) (sluice_operator_policy_devices{${job},state="updated"}) / (max by (policy) (sluice_operator_policy_devices{${job},state="online"}) > 0)`,
              legend: "{{policy}}",
            },
          ],
        },
        {
          title: "Gates",
          about: "What the last look measured, by metric. Nothing while no gate measures, or nothing is known.",
          shape: "lines",
          unit: "short",
          quiet: true,
          queries: [
            {
              expr: `max by (policy, metric) (sluice_operator_policy_gate_value{${job}})`,
              legend: "{{policy}}: {{metric}}",
            },
          ],
        },
      ],
    },
    {
      title: "Budgets",
      panels: [
        {
          title: "Granted and owed",
          about:
            "What each policy may grant now, and what its devices may believe they hold together: never more, but for a while after a cut.",
          shape: "lines",
          unit: "Bps",
          queries: [
            { expr: `max by (policy) (sluice_operator_budget_bytes_per_second{${job}})`, legend: "{{policy}} granted" },
            { expr: `max by (policy) (sluice_operator_owed_bytes_per_second{${job}})`, legend: "{{policy}} owed" },
          ],
        },
        {
          title: "Leases",
          about: "Devices by the state of their leases: `silent` ones are counted on for their floor only.",
          shape: "stacked",
          unit: "short",
          queries: [
            {
              expr: `max by (policy, state) (sluice_operator_leases{${job}})`,
              legend: "{{policy}}: {{state}}",
            },
          ],
        },
        {
          title: "Devices",
          about: "Of each policy: selected, and of these online, updated and failed.",
          shape: "lines",
          unit: "short",
          queries: [
            {
              expr: `max by (policy, state) (sluice_operator_policy_devices{${job}})`,
              legend: "{{policy}}: {{state}}",
            },
          ],
        },
        {
          title: "Objects",
          about: "Known, by kind.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `max by (kind) (sluice_operator_objects{${job}})`, legend: "{{kind}}" }],
        },
      ],
    },
    {
      title: "Reconciling",
      panels: [
        {
          title: "Outcomes",
          about: "How it ended: `waiting` is a rollout between its waves, `stalled` needs somebody to change the spec.",
          shape: "stacked",
          unit: "suffix:/s",
          queries: [
            {
              expr: `sum by (controller, outcome) (rate(sluice_operator_reconciles_total{${job}}[$__rate_interval]))`,
              legend: "{{controller}}: {{outcome}}",
            },
          ],
        },
        {
          title: "Time of one",
          about: "The 99th percentile, by controller.",
          shape: "lines",
          unit: "s",
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (controller, le) (rate(sluice_operator_reconcile_seconds_bucket{${job}}[5m])))`,
              legend: "{{controller}}",
              exemplars: true,
            },
          ],
        },
        {
          title: "Keys that wait",
          about: "Ready to be reconciled, or put off.",
          shape: "lines",
          unit: "short",
          queries: [
            { expr: `sum by (queue) (sluice_operator_queue_depth{${job}})`, legend: "{{queue}} ready" },
            { expr: `sum by (queue) (sluice_operator_queue_delayed{${job}})`, legend: "{{queue}} put off" },
          ],
        },
        {
          title: "Requests to the API server",
          about: "By answer. `429` and `5xx` are its trouble, `403` is RBAC.",
          shape: "stacked",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (verb, answer) (rate(sluice_operator_api_requests_total{${job}}[$__rate_interval]))`,
              legend: "{{verb}} {{answer}}",
            },
          ],
        },
      ],
    },
  ],
};
