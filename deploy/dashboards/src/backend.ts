import type { Board, Panel, Query } from "./board.ts";

const one = 'job=~"$job",model=~"$model"';

const percentile = (share: number, histogram: string): Query => ({
  expr: `histogram_quantile(${share}, sum by (model, le) (rate(${histogram}_bucket{${one}}[$__rate_interval])))`,
  legend: `{{model}} p${share * 100}`,
  exemplars: true,
});

const duration = (title: string, about: string, histogram: string): Panel => ({
  title,
  about,
  shape: "lines",
  unit: "s",
  queries: [percentile(0.5, histogram), percentile(0.99, histogram)],
});

/** The cloud models: load against what they can do in time. */
export const backend: Board = {
  name: "backend",
  title: "Sluice: backends",
  about: "What the cloud models are asked, what they answer in time, and what they refuse.",
  choices: ["job", "model"],
  rows: [
    {
      title: "Requests",
      panels: [
        {
          title: "Requests and answers",
          about: "A second, over NATS and HTTP.",
          shape: "lines",
          unit: "reqps",
          queries: [
            { expr: `sum by (model) (model:sluice_requests:rate5m{${one}})`, legend: "{{model}} asked" },
            {
              expr: `sum by (model) (rate(sluice_inference_answered_total{${one}}[$__rate_interval]))`,
              legend: "{{model}} answered",
            },
          ],
        },
        {
          title: "Refusals",
          about: "By code. `overloaded` and `expired` are too much load; the others are the asker's fault.",
          shape: "stacked",
          unit: "reqps",
          quiet: true,
          queries: [{ expr: `sum by (code) (model:sluice_refused:rate5m{${one}})`, legend: "{{code}}" }],
        },
        {
          title: "Requests in the house",
          about: "Received, neither answered nor refused yet.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `sum by (model) (sluice_inference_in_flight{${one}})`, legend: "{{model}}" }],
        },
        {
          title: "Bytes",
          about: "Payload, by direction.",
          shape: "lines",
          unit: "Bps",
          queries: [
            {
              expr: `sum by (model, direction) (rate(sluice_inference_bytes_total{${one}}[$__rate_interval]))`,
              legend: "{{model}} {{direction}}",
            },
          ],
        },
      ],
    },
    {
      title: "Time",
      panels: [
        duration("Waiting", "From arrival to the start of the batch.", "sluice_inference_queue_seconds"),
        duration("Decoding", "One picture.", "sluice_inference_decode_seconds"),
        duration("Computing", "One batch's run.", "sluice_inference_compute_seconds"),
        {
          title: "Requests in a batch",
          about: "Mean. Small batches on a GPU waste it; on a CPU they cost nothing.",
          shape: "lines",
          unit: "short",
          queries: [
            {
              expr: `sum by (model) (rate(sluice_inference_batch_size_sum{${one}}[$__rate_interval])) / sum by (model) (rate(sluice_inference_batch_size_count{${one}}[$__rate_interval]))`,
              legend: "{{model}}",
            },
          ],
        },
      ],
    },
    {
      title: "Replicas",
      panels: [
        {
          title: "Replicas against need",
          about:
            "What the load needs, as KEDA is told, and what takes requests. Far apart for long: see SluiceBackendShort.",
          shape: "lines",
          unit: "short",
          queries: [
            {
              expr: `max by (backend) (sluice_operator_backend_replicas_needed{job=~"$job"})`,
              legend: "{{backend}} needed",
            },
            { expr: `max by (backend) (sluice_operator_backend_replicas{job=~"$job"})`, legend: "{{backend}} there" },
          ],
        },
        {
          title: "Replicas that are connected",
          about: "They take requests from the broker.",
          shape: "figure",
          unit: "short",
          queries: [{ expr: `sum(sluice_inference_connected{job=~"$job"})`, legend: "connected" }],
        },
        {
          title: "Requests waiting",
          about: "In all replicas together.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `sum by (model) (sluice_inference_queue_depth{${one}})`, legend: "{{model}}" }],
        },
        {
          title: "Replicas on an old model",
          about: "They refused the newest one: see the runbook of SluiceModelRefused.",
          shape: "figure",
          unit: "short",
          queries: [{ expr: `sum by (model) (sluice_inference_model_stale{${one}})`, legend: "{{model}}" }],
        },
        {
          title: "Batches that were run again",
          about: "To find the picture for which the model failed, a second.",
          shape: "lines",
          unit: "short",
          quiet: true,
          queries: [
            {
              expr: `sum by (model) (rate(sluice_inference_reruns_total{${one}}[$__rate_interval]))`,
              legend: "{{model}}",
            },
          ],
        },
      ],
    },
  ],
};
