import type { Contender, ReplaySummary } from "@sluice/contracts";
import { formatBytes } from "@sluice/foundation";
import Table from "cli-table3";

type Row = ReplaySummary["all"];

/** What a replay came to, a line a stream. */
export function outcomeTable(summary: ReplaySummary): string {
  const rivals = Object.keys(summary.all.compare) as Contender[];
  const optimal = summary.all.optima ? ["O1", "O3", "RG of O3"] : [];
  const head = ["stream", "frames", "sent", "bytes", "share", summary.policy, ...rivals, "never", "always", ...optimal];
  const table = new Table({ head, style: { head: [], border: [] } });
  const rows = summary.streams.map((stream) => [stream.name, stream] as const);
  if (rows.length > 1) rows.push(["all", summary.all] as unknown as (typeof rows)[number]);
  for (const [name, row] of rows) table.push([name, ...cells(row, rivals)]);
  const { rate, share } = summary.budget;
  return `budget ${rate}, ${percent(share)} of sending every frame; seed ${summary.seed}\n${table.toString()}`;
}

function cells(row: Row, rivals: readonly Contender[]): string[] {
  return [
    String(row.frames),
    String(row.sent),
    formatBytes(row.bytes),
    percent(row.share),
    score(row.score),
    ...rivals.map((name) => score(row.compare[name]?.score)),
    score(row.never.score),
    score(row.always.score),
    ...(row.optima ? [score(row.optima.O1.score), score(row.optima.O3.score), score(row.RG?.O3)] : []),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const score = (value: number | null | undefined): string => (typeof value === "number" ? value.toFixed(3) : "-");
