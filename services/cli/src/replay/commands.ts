import { Command, InvalidArgumentError } from "commander";
import { examples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { defaultModels, type RecordOptions, record } from "./record.ts";
import { type ReplayOptions, runReplay } from "./replay.ts";
import { writeReport } from "./results.ts";
import { checkTrace, mergeTraces, showTrace } from "./trace.ts";

/** `sluice replay`: try a policy on a recording. */
export function replayCommand(terminal: Terminal, problems: Terminal): Command {
  return new Command("replay")
    .description("Try a policy on a recorded trace: the daemon's own decision, without video, models or a network")
    .requiredOption("--trace <file>", "recorded trace, `.jsonl` or `.jsonl.gz`")
    .requiredOption("--policy <file>", "OffloadPolicy to try; `spec: {}` is one")
    .requiredOption("--out <dir>", "where summary.json, decisions.jsonl and report.html go")
    .option("--budget <limit>", "share of sending every frame (10%) or rate (200kbit/s), for all streams together")
    .option("--network <file>", "traced link, `seconds Mbit/s` lines; without one, bytes take no time")
    .option("--rtt <time>", "round trip of a reply, beyond the transfer", "0ms")
    .option("--deadline <time>", "later replies correct later frames only (default: the policy's)")
    .option("--seed <n>", "of everything that is drawn at random", whole, 1)
    .option("--compare <policies>", "run these as well, such as periodic,threshold,oracle")
    .option("--optima", "find the best that hindsight could do, O1 and O3")
    .option("--no-curve", "do not try other budgets for the report's curves")
    .action((options: ReplayOptions) => runReplay(options, terminal, problems))
    .addHelpText(
      "after",
      examples(
        "sluice replay --trace gate.jsonl.gz --policy policy.yaml --budget 10% --out /tmp/gate",
        "sluice replay --trace gate.jsonl.gz --policy policy.yaml --compare periodic --optima --out /tmp/gate",
        "sluice replay --trace gate.jsonl.gz --policy policy.yaml --network bus.txt --rtt 80ms --out /tmp/bus",
      ),
    );
}

/** `sluice report`: replays as one page. */
export function reportCommand(terminal: Terminal): Command {
  return new Command("report")
    .description("Show replays as curves and timelines on one page that opens offline")
    .argument("<dirs...>", "folders that `sluice replay` wrote")
    .requiredOption("--out <file>", "page to write")
    .action((folders: string[], { out }: { out: string }) => writeReport(folders, out, terminal))
    .addHelpText("after", examples("sluice report /tmp/gate-2 /tmp/gate-10 --out report.html"));
}

/** `sluice trace`: make recordings, and look after them. */
export function traceCommand(terminal: Terminal, problems: Terminal): Command {
  const info = new Command("info")
    .description("Say what a trace holds")
    .argument("<trace>", "recorded trace, `.jsonl` or `.jsonl.gz`")
    .option("--json", "write JSON instead of a table")
    .action((trace: string, options: { json?: boolean }) => showTrace(trace, options, terminal));
  const check = new Command("check")
    .description("Read a trace to its end, and name the first line that does not belong there")
    .argument("<trace>", "recorded trace, `.jsonl` or `.jsonl.gz`")
    .action((trace: string) => checkTrace(trace, terminal));
  const mergeAll = new Command("merge")
    .description("Put the streams of several traces into one, in order of time")
    .argument("<traces...>", "recorded traces of the same models and rungs")
    .requiredOption("--out <file>", "trace to write; packed if it ends in .gz")
    .action((traces: string[], { out }: { out: string }) => mergeTraces(traces, out, terminal));
  return new Command("trace")
    .description("Record what models see in videos, and look after recordings")
    .addCommand(recordCommand(terminal, problems))
    .addCommand(info)
    .addCommand(check)
    .addCommand(mergeAll);
}

function recordCommand(terminal: Terminal, problems: Terminal): Command {
  return new Command("record")
    .description("Run both models on every frame of videos; begun again, it goes on where it stopped")
    .requiredOption("--video <file>", "a video, a stream of the trace; repeat for more", collect)
    .requiredOption("--out <file>", "trace to write; packed if it ends in .gz")
    .option("--edge-model <file>", "manifest of the small model (default: models/street-edge.yaml)")
    .option("--cloud-model <file>", "manifest of the large model (default: models/street-cloud.yaml)")
    .option("--rung <name:WxH@quality>", "a picture to ask the large model with; repeat for more", collect)
    .option("--frames <n>", "stop each video after so many", positive)
    .option("--truth", "take in what NAME.truth.jsonl.gz beside each video says is there")
    .action((options: RecordOptions) => {
      const models = { edgeModel: defaultModels.edge, cloudModel: defaultModels.cloud };
      return record({ ...models, ...options }, terminal, problems);
    })
    .addHelpText(
      "after",
      examples(
        "sluice trace record --video models/clips/gate.mp4 --out gate.jsonl.gz",
        "sluice trace record --video a.mp4 --video b.mp4 --rung full:768x576@75 --rung small:384x288@50 --out ab.jsonl.gz",
      ),
    );
}

const collect = (value: string, before: string[] = []) => [...before, value];

function positive(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError("Write a whole number from 1.");
  return Number(text);
}

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Write a whole number from 0.");
  return Number(text);
}
