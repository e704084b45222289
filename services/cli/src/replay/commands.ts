import { Command, InvalidArgumentError } from "commander";
import { examples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { type ReplayOptions, runReplay } from "./replay.ts";

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
    .option("--seed <n>", "of everything that is drawn at random", seed, 1)
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

function seed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Write a whole number from 0.");
  return Number(text);
}
