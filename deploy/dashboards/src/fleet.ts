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
          queries: [
            {
              expr: `sum(up{${job}} and on (job, instance) sluice_edge_uplink_connected{${job}})`,
              legend: "answering",
            },
          ],
        },
        {
          title: "Frames a second",
          about: "Frames captured by all cameras.",
          shape: "figure",
          unit: "short",
          queries: [{ expr: `sum(job:sluice_frames:rate5m{${job}})`, legend: "frames" }],
        },
        {
          title: "Budget used",
          about: "Bytes sent in the last five minutes, as a share of what the budgets allow. It never exceeds 1.",
          shape: "figure",
          unit: "percentunit",
          queries: [
            {
              expr: `sum(job:sluice_uplink_bytes:rate5m{${job}}) / sum(job:sluice_budget_bytes:sum{${job}})`,
              legend: "used",
            },
          ],
        },
        {
          title: "Agreement with the cloud",
          about: "Mean F1 against the cloud, estimated from audits: the devices' models alone, and what was published.",
          shape: "figure",
          unit: "percentunit",
          queries: [{ expr: `avg by (answer) (job:sluice_agreement:mean{${job}})`, legend: "{{answer}}" }],
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
          title: "Agreement with the cloud",
          about: "The distance between the lines is what the bytes bought.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          queries: [{ expr: `avg by (answer) (job:sluice_agreement:mean{${job}})`, legend: "{{answer}}" }],
        },
        {
          title: "Decisions",
          about:
            "Why frames were sent or not, a second. Much `budget` means that more would be worth sending than may be.",
          shape: "stacked",
          unit: "short",
          queries: [
            { expr: `sum by (action, reason) (job:sluice_decisions:rate5m{${job}})`, legend: "{{action}}: {{reason}}" },
          ],
        },
        {
          title: "Price of a byte",
          about: "Middle and tenth-dearest device. A device whose price is far above the others has too little budget.",
          shape: "lines",
          unit: "short",
          queries: [
            { expr: `quantile(0.5, sluice_edge_price{${job}})`, legend: "median" },
            { expr: `quantile(0.9, sluice_edge_price{${job}})`, legend: "p90" },
          ],
        },
      ],
    },
    {
      title: "Who needs help",
      panels: [
        {
          title: "Frames without an answer",
          about: "By reason: `superseded` is a device too slow for its cameras, `model-error` a model that fails.",
          shape: "lines",
          unit: "short",
          quiet: true,
          queries: [{ expr: `sum by (reason) (job:sluice_frames_dropped:rate5m{${job}})`, legend: "{{reason}}" }],
        },
        {
          title: "Devices that work alone",
          about: "They answer every frame locally, and reach no broker.",
          shape: "lines",
          unit: "short",
          queries: [
            {
              expr: `count(sluice_edge_uplink_connected{${job}}) - sum(sluice_edge_uplink_connected{${job}})`,
              legend: "alone",
            },
          ],
        },
        {
          title: "Devices that spend the largest share of their budget",
          about: "Five devices. At 1 for long, see the runbook of SluiceBudgetSpent.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          queries: [{ expr: `topk(5, instance:sluice_budget_used:ratio5m{${job}})`, legend: "{{instance}}" }],
        },
        {
          title: "Sources that were reopened",
          about: "Five streams, restarts in the last hour.",
          shape: "lines",
          unit: "short",
          queries: [
            {
              expr: `topk(5, increase(sluice_edge_capture_restarts_total{${job}}[1h]))`,
              legend: "{{instance}} {{stream}}",
            },
          ],
        },
      ],
    },
  ],
};
