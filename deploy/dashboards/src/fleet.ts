import type { Board } from "./board.ts";

const job = 'job=~"$job"';

/** The fleet at a glance: what it costs, what it buys, who needs help. Asks recorded sums, not thousands of series. */
export const fleet: Board = {
  name: "fleet",
  title: "Sluice: fleet",
  about: "What the fleet spends, what it gets for it, and which devices need help.",
  choices: ["job"],
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Devices",
          about: "Devices that answer the scrape.",
          shape: "figure",
          unit: "short",
          queries: [{ expr: `sum(job:sluice_devices:up{${job}})`, legend: "answering" }],
        },
        {
          title: "Silent",
          about: "Devices that answered within two hours and do not now: see the runbook of SluiceDeviceSilent.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 1 },
          queries: [
            {
              expr: `sum(job:sluice_devices:silent{${job}})`,
              legend: "silent",
            },
          ],
        },
        {
          title: "Alone",
          about: "Devices that answer every frame locally and reach no broker: see the runbook of SluiceCloudGone.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 1 },
          queries: [{ expr: `sum(job:sluice_devices:alone{${job}})`, legend: "alone" }],
        },
        {
          title: "On their floor",
          about:
            "Devices whose budget lease has ended: they act on the last good policy and send what their floor allows. See the runbook of SluiceLeaseLost.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 1 },
          queries: [{ expr: `sum(job:sluice_devices:floor{${job}})`, legend: "without a lease" }],
        },
        {
          title: "Budget used",
          about: "Bytes sent in the last five minutes, as a share of what the budgets allowed.",
          shape: "figure",
          unit: "percentunit",
          queries: [
            {
              expr: `sum(job:sluice_uplink_bytes:rate5m{${job}}) / sum(avg_over_time(job:sluice_budget_bytes:sum{${job}}[5m]))`,
              legend: "used",
            },
          ],
        },
        {
          title: "Quota used",
          about:
            "Of the policy that has used most of its quota in this period: see the runbook of SluiceQuotaNearlySpent.",
          shape: "figure",
          unit: "percentunit",
          quiet: true,
          bad: { from: 0.9 },
          queries: [{ expr: `max(sluice_operator_quota_used_ratio{${job}})`, legend: "used" }],
        },
      ],
    },
    {
      title: "What it costs, and what it buys",
      panels: [
        {
          title: "Bytes against budget",
          about: "All bytes over the metered links: pictures, results, heartbeats.",
          shape: "lines",
          unit: "Bps",
          queries: [
            { expr: `sum(job:sluice_uplink_bytes:rate5m{${job}})`, legend: "sent" },
            { expr: `sum(job:sluice_budget_bytes:sum{${job}})`, legend: "budget" },
          ],
        },
        {
          title: "Bytes against quota",
          about: "Share of each policy's quota that is used in this period. Nothing where there is no quota.",
          shape: "lines",
          unit: "percentunit",
          quiet: true,
          max: 1,
          queries: [{ expr: `max by (policy) (sluice_operator_quota_used_ratio{${job}})`, legend: "{{policy}}" }],
        },
        {
          title: "Agreement with the cloud",
          about:
            "Mean F1 against the cloud, estimated from audits, with its 95 % interval. The distance between the devices' models alone and what was published is what the bytes bought.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          queries: [
            { expr: `avg by (answer) (job:sluice_agreement:mean{${job}})`, legend: "{{answer}}" },
            {
              expr: `clamp_min(avg by (answer) (job:sluice_agreement:mean{${job}} - job:sluice_agreement_halfwidth:mean{${job}}), 0)`,
              legend: "{{answer}}, at least",
            },
            {
              expr: `clamp_max(avg by (answer) (job:sluice_agreement:mean{${job}} + job:sluice_agreement_halfwidth:mean{${job}}), 1)`,
              legend: "{{answer}}, at most",
            },
          ],
        },
        {
          title: "Price of a megabyte",
          about:
            "In frames' worth of F1: middle and tenth-dearest device. A device whose price is far above the others has too little budget.",
          shape: "lines",
          unit: "short",
          queries: [
            { expr: `1e6 * avg(job:sluice_price:p50{${job}})`, legend: "median" },
            { expr: `1e6 * avg(job:sluice_price:p90{${job}})`, legend: "p90" },
          ],
        },
      ],
    },
    {
      title: "What the devices do",
      panels: [
        {
          title: "Frames",
          about: "Captured by all cameras.",
          shape: "lines",
          unit: "suffix:/s",
          queries: [{ expr: `sum(job:sluice_frames:rate5m{${job}})`, legend: "frames" }],
        },
        {
          title: "Frames without an answer",
          about: "By reason: `superseded` is a device too slow for its cameras, `model-error` a model that fails.",
          shape: "lines",
          unit: "suffix:/s",
          quiet: true,
          queries: [{ expr: `sum by (reason) (job:sluice_frames_dropped:rate5m{${job}})`, legend: "{{reason}}" }],
        },
        {
          title: "Decisions",
          about: "Why frames were sent or not. Much `budget` means that more would be worth sending than may be.",
          shape: "stacked",
          unit: "suffix:/s",
          queries: [
            { expr: `sum by (action, reason) (job:sluice_decisions:rate5m{${job}})`, legend: "{{action}}: {{reason}}" },
          ],
        },
      ],
    },
    {
      title: "Who needs help",
      panels: [
        {
          title: "Devices in trouble",
          about: "Silent, alone, or without a budget lease, over time.",
          shape: "stacked",
          unit: "short",
          quiet: true,
          queries: [
            {
              expr: `sum(job:sluice_devices:silent{${job}})`,
              legend: "silent",
            },
            { expr: `sum(job:sluice_devices:alone{${job}})`, legend: "alone" },
            { expr: `sum(job:sluice_devices:floor{${job}})`, legend: "without a lease" },
          ],
        },
        {
          title: "Largest share of its budget",
          about: "The five devices that spend most of theirs. At 1 for long, see the runbook of SluiceBudgetSpent.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          opens: "device",
          queries: [{ expr: `topk(5, instance:sluice_budget_used:ratio5m{${job}})`, legend: "{{instance}}" }],
        },
        {
          title: "Lowest agreement",
          about: "The five devices whose published answers agree least with the cloud.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          opens: "device",
          queries: [
            { expr: `bottomk(5, instance:sluice_agreement:mean{${job},answer="corrected"})`, legend: "{{instance}}" },
          ],
        },
        {
          title: "Sources that were reopened",
          about: "Five devices, restarts in the last hour.",
          shape: "lines",
          unit: "short",
          quiet: true,
          opens: "device",
          queries: [{ expr: `topk(5, instance:sluice_capture_restarts:increase1h{${job}})`, legend: "{{instance}}" }],
        },
      ],
    },
  ],
};
