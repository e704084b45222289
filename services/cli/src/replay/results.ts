import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ReplaySummary } from "@sluice/contracts";
import { type DecisionRecord, explain, readRecord, readSummary, report } from "@sluice/replay";
import { UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { linesOf } from "./lines.ts";

/** What `sluice replay` left in a folder. */
const readResults = async (folder: string) => ({
  name: basename(folder),
  summary: await summaryIn(folder),
  records: await recordsIn(folder),
});

async function summaryIn(folder: string): Promise<ReplaySummary> {
  const path = join(folder, "summary.json");
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new UsageError(`${folder}: no results of \`sluice replay\` (${cause.message})`, { cause });
  });
  return readSummary(text, path);
}

async function recordsIn(folder: string): Promise<DecisionRecord[]> {
  const path = join(folder, "decisions.jsonl");
  const records: DecisionRecord[] = [];
  for await (const line of linesOf(path, "results"))
    records.push(readRecord(line, `${path}, line ${records.length + 1}`));
  return records;
}

/** Writes one page about the replays in these folders. */
export async function writeReport(folders: readonly string[], out: string, terminal: Terminal): Promise<void> {
  const replays = [];
  for (const folder of folders) replays.push(await readResults(folder));
  await writeFile(out, report(replays));
  terminal.write(`written to ${out}\n`);
}

/** Explains one decision of a replay. */
export async function showWhy(folder: string, stream: string, frame: number, terminal: Terminal): Promise<void> {
  const records = await recordsIn(folder);
  const at = records.findIndex((record) => record.stream === stream && record.frame === frame);
  if (at < 0) throw new UsageError(missing(records, folder, stream, frame));
  const [head = "", ...rest] = explain(records, at);
  terminal.write(`${terminal.colors.bold(head)}\n${rest.map((line) => `  ${line}\n`).join("")}`);
}

function missing(records: readonly DecisionRecord[], folder: string, stream: string, frame: number): string {
  const streams = [...new Set(records.map((record) => record.stream))];
  if (!streams.includes(stream)) return `${folder} has no stream ${stream}; it has ${streams.join(", ")}`;
  const frames = records.filter((record) => record.stream === stream).map((record) => record.frame);
  return `${folder} has no frame ${frame} of ${stream}; it has ${frames[0]} to ${frames.at(-1)}`;
}
