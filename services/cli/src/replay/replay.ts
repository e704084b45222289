import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Contender, contenders, type ReplaySummary } from "@sluice/contracts";
import { parseDuration } from "@sluice/foundation";
import {
  type DecisionRecord,
  readBudget,
  readNetwork,
  readPolicy,
  readTrace,
  recordOf,
  report,
  summarise,
  type Trace,
  type Trial,
  tryPolicy,
  unknownClasses,
} from "@sluice/replay";
import { UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { Bar } from "./bar.ts";
import { linesOf } from "./lines.ts";
import { outcomeTable } from "./table.ts";

export interface ReplayOptions {
  trace: string;
  policy: string;
  budget?: string;
  network?: string;
  rtt: string;
  deadline?: string;
  seed: number;
  out: string;
  optima?: boolean;
  compare?: string;
  curve: boolean;
}

/** Tries a policy on a trace and writes what came of it. */
export async function runReplay(options: ReplayOptions, terminal: Terminal, problems: Terminal): Promise<void> {
  const setting = await settingOf(options);
  const trace = await readTrace(linesOf(options.trace, "--trace"), options.trace);
  const bar = new Bar(problems);
  const trial = tryPolicy(trace, { ...setting, progress: (step, done, total) => bar.show(step, done, total) });
  bar.clear();
  for (const name of unknownClasses(trial.spec, trace.header.classes))
    problems.write(`--policy: the trace knows no class ${name}, so its focus goes without\n`);
  const about = {
    trace: basename(options.trace),
    policyName: setting.draft.name,
    seed: options.seed,
    rttMs: setting.road.rttMs,
    network: options.network ? basename(options.network) : null,
  };
  const summary = summarise(trace, trial, about);
  await writeResults(options.out, trace, trial, summary);
  terminal.write(`${outcomeTable(summary)}\nwritten to ${options.out}: report.html, summary.json, decisions.jsonl\n`);
}

async function settingOf(options: ReplayOptions) {
  const draft = readPolicy(await textOf(options.policy, "--policy"), options.policy);
  const network = options.network
    ? readNetwork(await textOf(options.network, "--network"), options.network)
    : undefined;
  return {
    draft,
    road: { network, rttMs: durationOf(options.rtt, "--rtt") },
    seed: options.seed,
    compare: rivalsOf(options.compare),
    optima: options.optima ?? false,
    curve: options.curve,
    ...(options.budget !== undefined && { budget: readBudget(options.budget) }),
    ...(options.deadline !== undefined && { deadlineMs: durationOf(options.deadline, "--deadline") }),
  };
}

const textOf = (path: string, option: string): Promise<string> =>
  readFile(path, "utf8").catch((cause: Error) => {
    throw new UsageError(`${option} ${path}: ${cause.message}`, { cause });
  });

function durationOf(text: string, option: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new UsageError(`${option}: ${parsed.error}`);
  return parsed.value;
}

function rivalsOf(list: string | undefined): Contender[] {
  const names = list?.split(",").map((name) => name.trim()) ?? [];
  const known: readonly string[] = contenders;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`--compare: no policy ${unknown.join(", ")}; there are ${contenders.join(", ")}`);
  }
  return [...new Set(names)] as Contender[];
}

/** The summary is written last: where it is, the rest is whole. */
async function writeResults(folder: string, trace: Trace, trial: Trial, summary: ReplaySummary): Promise<void> {
  const records = trial.run.frames.map((replayed) => recordOf(trace.header, replayed));
  await mkdir(folder, { recursive: true });
  await pipeline(Readable.from(linesOfRecords(records)), createWriteStream(join(folder, "decisions.jsonl")));
  await writeFile(join(folder, "report.html"), report([{ name: basename(folder), summary, records }]));
  await writeFile(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
}

function* linesOfRecords(records: readonly DecisionRecord[]): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}
