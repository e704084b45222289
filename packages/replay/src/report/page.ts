import type { ReplaySummary } from "@sluice/contracts";
import { formatBytes } from "@sluice/foundation";
import type { DecisionRecord } from "../records.ts";
import { curves } from "./curves.ts";
import { escaped, percent, score, table } from "./markup.ts";
import { pooled, type Shown, seriesOf } from "./series.ts";
import { streamSection } from "./stream.ts";
import { style } from "./style.ts";

/** A replay with all that was written of it. */
export interface Replay extends Shown {
  readonly records: readonly DecisionRecord[];
}

/** A report of replays as one page that needs nothing else: no network, no script. */
export function report(replays: readonly Replay[]): string {
  const traces = [...Map.groupBy(replays, ({ summary }) => summary.trace).values()];
  const title =
    replays.length === 1
      ? `${replays[0]!.summary.policyName} on ${replays[0]!.summary.trace}`
      : `${replays.length} replays`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p class="lead">Scores are means over frames: F1 against ${escaped(referenceOf(replays))} (of labels: the share that is right). Bytes are those of every picture sent.</p>`,
    replays.length === 1 ? figures(replays[0]!.summary) : overview(replays),
    ...(traces.length > 1 ? [pooledSection(traces)] : []),
    ...traces.flatMap(traceSections),
    "<h2>Stream by stream</h2>",
    ...replays.flatMap((replay) => streamSections(replay, replays.length === 1)),
    `<p class="note">Intervals: 95 % of 1000 resamplings of five-second stretches. O1 and O3 choose frames with hindsight; they know no network, and O3 carries corrections with the rates that the tried run ended with.</p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head><body><main>
${body.join("\n")}
</main></body></html>
`;
}

function referenceOf(replays: readonly Shown[]): string {
  const kinds = new Set(replays.map(({ summary }) => summary.reference));
  if (kinds.size > 1 || kinds.has("mixed"))
    return "the truth where it is known, else the cloud model at the largest rung";
  return kinds.has("truth") ? "the truth" : "the cloud model at the largest rung";
}

function figures({ all, policy, budget, seed }: ReplaySummary): string {
  const entries = [
    ["score", score(all.score), `${score(all.interval[0])} to ${score(all.interval[1])}`],
    ["edge model alone", score(all.never.score), `gain ${score(all.score - all.never.score)}`],
    ...(all.optima
      ? [
          [
            "of the optimum's gain",
            all.RG?.O3 == null ? "–" : percent(all.RG.O3),
            `O3 scores ${score(all.optima.O3.score)}`,
          ],
        ]
      : []),
    ["of all bytes", percent(all.share), `${formatBytes(all.bytes)}; budget ${percent(budget.share)}`],
    ["frames sent", String(all.sent), `of ${all.frames}; ${policy}, seed ${seed}`],
  ];
  return `<ul class="figures">${entries.map(([name, value, more]) => `<li><b>${value}</b>${name}<small>${escaped(more!)}</small></li>`).join("")}</ul>`;
}

function overview(replays: readonly Shown[]): string {
  const rows = replays.map(({ name, summary }) => {
    const { all, budget, policy, policyName, trace } = summary;
    const [low, high] = all.interval;
    return [
      escaped(name),
      escaped(trace),
      escaped(policyName === policy ? policy : `${policyName} (${policy})`),
      percent(budget.share),
      percent(all.share),
      `${score(all.score)} <small>${score(low)} to ${score(high)}</small>`,
      score(all.never.score),
      score(all.optima?.O3.score),
      score(all.RG?.O3),
    ];
  });
  return `<section class="card">${table(["replay", "trace", "policy", "budget", "bytes", "score", "never", "O3", "RG"], rows, [1, 2])}</section>`;
}

/** All traces as one, each as heavy as its frames. */
function pooledSection(traces: readonly (readonly Shown[])[]): string {
  const outcomes = traces.map((replays) => replays[0]!.summary.all);
  const frames = outcomes.reduce((sum, all) => sum + all.frames, 0);
  const mean = (kind: "never" | "always") =>
    outcomes.reduce((sum, all) => sum + all.frames * all[kind].score, 0) / Math.max(1, frames);
  const drawing = curves({ series: pooled(traces), never: mean("never"), always: mean("always") });
  return `<h2>All ${traces.length} traces: score against bytes</h2><section class="card">${drawing}</section>`;
}

function traceSections(replays: Replay[]): string[] {
  const { summary } = replays[0]!;
  const { all, streams, trace } = summary;
  const tried = (outcome: Pick<ReplaySummary["all"], "share" | "score" | "interval">) =>
    replays.length === 1 ? { tried: outcome } : {};
  const card = (name: string, drawing: string) => `<section class="card"><h3>${escaped(name)}</h3>${drawing}</section>`;
  const total = curves({ series: seriesOf(replays), never: all.never.score, always: all.always.score, ...tried(all) });
  const each = streams.map((stream, i) =>
    card(
      stream.name,
      curves({
        series: seriesOf(replays, i),
        never: stream.never.score,
        always: stream.always.score,
        ...tried(stream),
      }),
    ),
  );
  return [
    `<h2>${escaped(trace)}: score against bytes</h2>`,
    card(streams.length > 1 ? "All streams" : streams[0]!.name, total + rivalTable(summary)),
    ...(streams.length > 1 ? [`<div class="pair">${each.join("")}</div>`] : []),
  ];
}

/** The tried budget in figures: the policy, its rivals, and what there is below and above them. */
function rivalTable({ all, policy, policyName }: ReplaySummary): string {
  const rivals = Object.entries(all.compare).map(([name, figure]) => [name, figure] as const);
  const rows = [
    [policyName === policy ? policy : `${policyName} (${policy})`, all] as const,
    ...rivals,
    ["never", all.never] as const,
    ["always", all.always] as const,
  ].map(([name, { sent, bytes, share, score: value, interval }]) => [
    escaped(name),
    String(sent),
    formatBytes(bytes),
    percent(share),
    score(value),
    `${score(interval[0])} to ${score(interval[1])}`,
  ]);
  const optima = Object.entries(all.optima ?? {}).map(([name, { sent, bytes, share, score: value, bound }]) => [
    name,
    String(sent),
    formatBytes(bytes),
    percent(share),
    score(value),
    bound > value + 5e-4 ? `at most ${score(bound)}` : "exact",
  ]);
  return table(["", "sent", "bytes", "share", "score", "95 % interval"], [...rows, ...optima]);
}

const streamSections = ({ name, summary, records }: Replay, alone: boolean): string[] =>
  summary.streams.map((stream) => {
    const figure = `${score(stream.score)} (${score(stream.interval[0])} to ${score(stream.interval[1])}) for ${percent(stream.share)} of the bytes`;
    return `<section class="card"><h3>${escaped(alone ? stream.name : `${stream.name}, ${name}`)}: ${figure}</h3>${streamSection(stream, records)}</section>`;
  });
