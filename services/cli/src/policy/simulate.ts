import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { formatBytes } from "@sluice/foundation";
import { type Draft, readBudget, readPolicy, type Trial, tryPolicy } from "@sluice/replay";
import { type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { UsageError } from "../failure.ts";
import { type OutputOptions, put } from "../output/output.ts";
import { type Column, tableOf, unknown } from "../output/table.ts";
import { Bar } from "../replay/bar.ts";
import { readTraceFile } from "../replay/files.ts";
import type { Terminal } from "../terminal.ts";
import { readOnePolicy } from "./documents.ts";
import { propose } from "./wanted.ts";

export interface SimulateOptions extends ClusterOptions, OutputOptions {
  trace: string[];
  against?: string;
  budget?: string;
  seed: number;
}

/** How a stream fares under one of the two policies: mean frame score, with its 95 % interval. */
interface Fared {
  readonly score: number;
  readonly interval: readonly [number, number];
  readonly bytes: number;
  readonly sent: number;
}

interface Row {
  readonly trace: string;
  readonly stream: string;
  readonly current: Fared;
  readonly proposed: Fared;
}

/** Replays the policy as it is and as the file wants it on recorded traces, and shows what would change. Writes nothing. */
export async function simulate(
  file: string,
  options: SimulateOptions,
  terminal: Terminal,
  problems: Terminal,
): Promise<void> {
  const drafts = await draftsOf(file, options);
  const bar = new Bar(problems);
  const rows: Row[] = [];
  for (const path of options.trace) {
    const trace = await readTraceFile(path, "--trace");
    const budget = options.budget === undefined ? {} : { budget: readBudget(options.budget) };
    const attempt = (draft: Draft, step: string): Trial => {
      bar.show(`${basename(path)}, ${step}`, 0, 1);
      const road = { network: undefined, rttMs: 0 };
      return tryPolicy(trace, { draft, road, seed: options.seed, compare: [], optima: false, curve: false, ...budget });
    };
    const [current, proposed] = [attempt(drafts.current, "as it is"), attempt(drafts.proposed, "as proposed")];
    bar.clear();
    const streams = trace.header.streams.map(
      ({ name }, i) => [name, current.streams[i]!, proposed.streams[i]!] as const,
    );
    const all = streams.length > 1 ? [["all", current.all, proposed.all] as const] : [];
    for (const [stream, now, then] of [...streams, ...all])
      rows.push({ trace: basename(path), stream, current: now.policy, proposed: then.policy });
  }
  put(options, terminal, rows, (wide) => tableOf(columns, rows, wide));
}

/** Without `--against`, the cluster's own: then both have the server's defaults. */
async function draftsOf(file: string, options: SimulateOptions): Promise<{ current: Draft; proposed: Draft }> {
  if (options.against !== undefined) return { current: await draftIn(options.against), proposed: await draftIn(file) };
  const written = await readOnePolicy(file);
  const { live, proposed } = await withCluster(options, (cluster) => propose(cluster, written));
  if (!live)
    throw new UsageError(`${written.name} does not exist in the cluster: name what to compare with by --against FILE`);
  const draft = (raw: unknown, what: string) => readPolicy(JSON.stringify(raw), `${written.name} ${what}`);
  return { current: draft(live.raw, "in the cluster"), proposed: draft(proposed.raw, "as proposed") };
}

const draftIn = async (path: string): Promise<Draft> =>
  readPolicy(
    await readFile(path, "utf8").catch((cause: Error) => {
      throw new UsageError(`${path}: ${cause.message}`, { cause });
    }),
    path,
  );

const columns: readonly Column<Row>[] = [
  { head: "TRACE", cell: ({ trace }) => trace, wide: true },
  { head: "STREAM", cell: ({ stream }) => stream },
  { head: "A NOW", cell: ({ current }) => current.score.toFixed(3), right: true },
  { head: "A THEN", cell: ({ proposed }) => proposed.score.toFixed(3), right: true },
  { head: "95 % THEN", cell: ({ proposed: { interval } }) => interval.map((end) => end.toFixed(3)).join(" to ") },
  { head: "CHANGE", cell: ({ current, proposed }) => signed(proposed.score - current.score), right: true },
  { head: "BYTES NOW", cell: ({ current }) => formatBytes(current.bytes), right: true },
  { head: "THEN", cell: ({ proposed }) => formatBytes(proposed.bytes), right: true },
  { head: "CHANGE", cell: ({ current, proposed }) => share(current.bytes, proposed.bytes), right: true },
  { head: "SENT NOW", cell: ({ current }) => current.sent, right: true, wide: true },
  { head: "THEN", cell: ({ proposed }) => proposed.sent, right: true, wide: true },
];

const signed = (difference: number): string => `${difference < 0 ? "" : "+"}${difference.toFixed(3)}`;
const share = (before: number, after: number): string =>
  before === 0
    ? after === 0
      ? "0 %"
      : unknown
    : `${after < before ? "" : "+"}${((100 * (after - before)) / before).toFixed(0)} %`;
