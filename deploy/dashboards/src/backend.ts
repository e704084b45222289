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
      title: "Is it enough",
      panels: [
        {
          title: "Replicas against need",
          about:
            "What the load needs, as KEDA is told, and what takes requests. Far apart for long: see the runbook of SluiceBackendShort.",
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
          title: "Requests and answers",
          about: "Over NATS and HTTP.",
          shape: "lines",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (model) (rate(sluice_inference_requests_total{${one}}[$__rate_interval]))`,
              legend: "{{model}} asked",
            },
            {
              expr: `sum by (model) (rate(sluice_inference_answered_total{${one}}[$__rate_interval]))`,
              legend: "{{model}} answered",
            },
          ],
        },
        {
          title: "Refusals",
          about:
            "By code. `overloaded` and `expired` are too much load: see the runbook of SluiceBackendSaturated. The others are the asker's fault.",
          shape: "stacked",
          unit: "reqps",
          quiet: true,
          queries: [{ expr: `sum by (code) (model:sluice_refused:rate5m{${one}} > 0)`, legend: "{{code}}" }],
        },
        {
          title: "Requests waiting",
          about: "In all replicas together.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `sum by (model) (sluice_inference_queue_depth{${one}})`, legend: "{{model}}" }],
        },
      ],
    },
    {
      title: "Where the time goes",
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
              expr: `sum by (model) (rate(sluice_inference_batch_size_sum{${one}}[$__rate_interval])) / (sum by (model) (rate(sluice_inference_batch_size_count{${one}}[$__rate_interval])) > 0)`,
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
          title: "Cut off",
          about: "Replicas that do not reach the broker: see the runbook of SluiceReplicaCutOff.",
          shape: "figure",
          unit: "short",
          quiet: true,
          bad: { from: 1 },
          queries: [{ expr: `count(sluice_inference_connected{job=~"$job"} == 0)`, legend: "cut off" }],
        },
        {
          title: "On an old model",
          about: "Replicas that refused the newest one: see the runbook of SluiceModelRefused.",
          shape: "figure",
          unit: "short",
          bad: { from: 1 },
          queries: [{ expr: `sum by (model) (sluice_inference_model_stale{${one}})`, legend: "{{model}}" }],
        },
        {
          title: "Nobody answered",
          about: "Devices that of late asked and found no replica. With `min: 0` that wakes one.",
          shape: "figure",
          unit: "short",
          queries: [
            {
              expr: `max by (backend) (sluice_operator_backend_unserved_devices{job=~"$job"})`,
              legend: "{{backend}}",
            },
          ],
        },
      ],
    },
    {
      title: "More",
      panels: [
        {
          title: "Requests in the house",
          about: "Received, neither answered nor refused yet.",
          shape: "lines",
          unit: "short",
          queries: [{ expr: `sum by (model) (sluice_inference_in_flight{${one}})`, legend: "{{model}}" }],
        },
        {
          title: "Bytes of pictures",
          about: "That came over NATS and HTTP.",
          shape: "lines",
          unit: "Bps",
          queries: [
            {
              expr: `sum by (model, direction) (rate(sluice_inference_bytes_total{${one}}[$__rate_interval]))`,
              legend: "{{model}} {{direction}}",
            },
          ],
        },
        {
          title: "Batches that were run again",
          about: "To find the picture for which the model failed.",
          shape: "lines",
          unit: "suffix:/s",
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
