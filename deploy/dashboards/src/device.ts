import type { Board, Panel, Query } from "./board.ts";

const one = 'job=~"$job",instance=~"$device"';

const percentile = (share: number, histogram: string): Query => ({
  expr: `histogram_quantile(${share}, sum by (stream, le) (rate(${histogram}_bucket{${one}}[$__rate_interval])))`,
  legend: `{{stream}} p${share * 100}`,
  exemplars: true,
});

const duration = (title: string, about: string, histogram: string): Panel => ({
  title,
  about,
  shape: "lines",
  unit: "s",
  queries: [percentile(0.5, histogram), percentile(0.99, histogram)],
});

/** One device in depth. */
export const device: Board = {
  name: "device",
  title: "Sluice: one device",
  about: "Everything that one device tells of itself. Its own page shows the pictures.",
  choices: ["job", "device"],
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Connected",
          about: "Whether it reaches the broker of its uplink: see the runbook of SluiceCloudGone.",
          shape: "figure",
          unit: "bool_yes_no",
          bad: { below: 1 },
          queries: [{ expr: `sluice_edge_uplink_connected{${one}}`, legend: "uplink" }],
        },
        {
          title: "Lease",
          about:
            "Time until its budget lease ends unless it is renewed. At 0 it sends what its floor allows; nothing where no operator grants bytes.",
          shape: "figure",
          unit: "s",
          quiet: true,
          bad: { below: 1 },
          queries: [{ expr: `sluice_edge_lease_seconds{${one}}`, legend: "lease" }],
        },
        {
          title: "State is written",
          about: "Whether the disk takes what the device learns; nothing without a state folder.",
          shape: "figure",
          unit: "bool_yes_no",
          quiet: true,
          bad: { below: 1 },
          queries: [{ expr: `sluice_edge_state_durable{${one}}`, legend: "state" }],
        },
        {
          title: "Sources that were reopened",
          about: "Restarts in the last hour.",
          shape: "figure",
          unit: "short",
          bad: { from: 1 },
          queries: [{ expr: `increase(sluice_edge_capture_restarts_total{${one}}[1h])`, legend: "{{stream}}" }],
        },
      ],
    },
    {
      title: "Frames",
      panels: [
        {
          title: "Frames and answers",
          about: "Captured and answered. The lines lie on each other while the device keeps up.",
          shape: "lines",
          unit: "suffix:/s",
          queries: [
            {
              expr: `sum by (stream) (rate(sluice_edge_frames_total{${one}}[$__rate_interval]))`,
              legend: "{{stream}} captured",
            },
            {
              expr: `sum by (stream) (rate(sluice_edge_frames_answered_total{${one}}[$__rate_interval]))`,
              legend: "{{stream}} answered",
            },
          ],
        },
        {
          title: "Frames without an answer",
          about: "By reason.",
          shape: "lines",
          unit: "suffix:/s",
          quiet: true,
          queries: [
            {
              expr: `sum by (stream, reason) (rate(sluice_edge_frames_dropped_total{${one}}[$__rate_interval]))`,
              legend: "{{stream}}: {{reason}}",
            },
          ],
        },
        duration("The model's time", "Preprocessing and local model, a frame.", "sluice_edge_infer_seconds"),
        duration(
          "From capture to local answer",
          "What a consumer of local answers waits.",
          "sluice_edge_local_seconds",
        ),
      ],
    },
    {
      title: "Budget",
      panels: [
        {
          title: "Bytes against budget",
          about: "Bytes up by kind, and the budget. Results are only here where the site has no broker of its own.",
          shape: "lines",
          unit: "Bps",
          queries: [
            {
              expr: `sum by (kind) (rate(sluice_edge_uplink_bytes_total{${one},direction="up"}[$__rate_interval]))`,
              legend: "{{kind}}",
            },
            { expr: `sluice_edge_budget_bytes_per_second{${one}}`, legend: "budget" },
          ],
        },
        {
          title: "Bytes that may be sent now",
          about: "The bucket. Empty all the time: see the runbook of SluiceBudgetSpent.",
          shape: "lines",
          unit: "bytes",
          queries: [{ expr: `sluice_edge_budget_tokens_bytes{${one}}`, legend: "tokens" }],
        },
        {
          title: "Decisions",
          about: "Why frames were sent or not.",
          shape: "stacked",
          unit: "suffix:/s",
          queries: [
            {
              expr: `sum by (action, reason) (rate(sluice_edge_decisions_total{${one}}[$__rate_interval]))`,
              legend: "{{action}}: {{reason}}",
            },
          ],
        },
        {
          title: "Price of a megabyte",
          about: "In frames' worth of F1, by stream.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `1e6 * sluice_edge_price{${one}}`, legend: "{{stream}}" }],
        },
      ],
    },
    {
      title: "What the cloud makes of it",
      panels: [
        {
          title: "Agreement with the cloud",
          about:
            "Mean F1 against the cloud, estimated from audits, with its 95 % interval: the local model alone, and what was published.",
          shape: "lines",
          unit: "percentunit",
          max: 1,
          queries: [
            { expr: `sluice_agreement_ratio{${one}}`, legend: "{{stream}} {{answer}}" },
            {
              expr: `clamp_min(sluice_agreement_ratio{${one}} - sluice_agreement_halfwidth{${one}}, 0)`,
              legend: "{{stream}} {{answer}}, at least",
            },
            {
              expr: `clamp_max(sluice_agreement_ratio{${one}} + sluice_agreement_halfwidth{${one}}, 1)`,
              legend: "{{stream}} {{answer}}, at most",
            },
          ],
        },
        {
          title: "Audits",
          about: "Frames drawn to be audited. Many `missing` ones make the agreement a guess.",
          shape: "stacked",
          unit: "suffix:/s",
          queries: [
            {
              expr: `sum by (stream, outcome) (rate(sluice_agreement_audits_total{${one}}[$__rate_interval]))`,
              legend: "{{stream}}: {{outcome}}",
            },
          ],
        },
        {
          title: "Offloads",
          about: "How they ended. `late` still teaches, `expired` and `lost` were bytes for nothing.",
          shape: "stacked",
          unit: "suffix:/s",
          queries: [
            {
              expr: `sum by (outcome) (rate(sluice_edge_offloads_total{${one}}[$__rate_interval]))`,
              legend: "{{outcome}}",
            },
          ],
        },
        duration("From capture to correction", "What the cloud's word takes.", "sluice_edge_correction_seconds"),
      ],
    },
    {
      title: "Under way, and given up",
      panels: [
        {
          title: "Offloads under way",
          about: "At most `delivery.inFlight` a stream.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `sluice_edge_offloads_in_flight{${one}}`, legend: "{{stream}}" }],
        },
        {
          title: "Messages that were given up",
          about: "Results, decisions and heartbeats that could not go out.",
          shape: "lines",
          unit: "suffix:/s",
          quiet: true,
          queries: [
            {
              expr: `sum by (kind, reason) (rate(sluice_edge_publish_dropped_total{${one}}[$__rate_interval]))`,
              legend: "{{kind}}: {{reason}}",
            },
          ],
        },
        {
          title: "Frames that could not be audited",
          about: "For want of a link or of bytes: the agreement does not speak of them.",
          shape: "lines",
          unit: "suffix:/s",
          quiet: true,
          queries: [
            {
              expr: `sum by (stream) (rate(sluice_agreement_unmeasured_total{${one}}[$__rate_interval]))`,
              legend: "{{stream}}",
            },
          ],
        },
      ],
    },
  ],
};
