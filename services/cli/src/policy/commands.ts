import { Command, InvalidArgumentError, type Option } from "commander";
import { type ClusterOptions, clusterOptions } from "../cluster/connect.ts";
import { examples } from "../examples.ts";
import { type OutputOptions, outputOption } from "../output/output.ts";
import type { Terminal } from "../terminal.ts";
import { type DiffOptions, diff } from "./diff.ts";
import { showHistory } from "./history.ts";
import { type LintOptions, lint } from "./lint.ts";
import { type StatusOptions, showStatus } from "./show.ts";
import { type SimulateOptions, simulate } from "./simulate.ts";
import { steerCommands } from "./steer-commands.ts";

/** `sluice policy`: everything about OffloadPolicies. */
export function policyCommand(terminal: Terminal, problems: Terminal): Command {
  const policy = new Command("policy").description("Check, compare, try, watch and steer OffloadPolicies");
  const commands = [lintCommand, diffCommand, statusCommand, historyCommand].map((command) => command(terminal));
  commands.splice(2, 0, simulateCommand(terminal, problems));
  for (const command of [...commands, ...steerCommands(terminal)]) policy.addCommand(command);
  return policy;
}

function lintCommand(terminal: Terminal): Command {
  return new Command("lint")
    .description(
      "Find what is wrong with policies in files, without a cluster; devices, models and backends beside them help",
    )
    .argument("<files...>", "YAML files; - is standard input")
    .option("--strict", "warnings make it fail, too")
    .addOption(outputOption())
    .action((files: string[], options: LintOptions) => lint(files, options, terminal))
    .addHelpText(
      "after",
      examples("sluice policy lint policy.yaml", "sluice policy lint deploy/samples/fleet/*.yaml --strict"),
    );
}

function diffCommand(terminal: Terminal): Command {
  const command = new Command("diff")
    .description(
      "Say what `kubectl apply` of a file would change, for how many devices, in which waves; writes nothing",
    )
    .argument("<file>", "YAML file; - is standard input")
    .action((file: string, options: DiffOptions) => diff(file, options, terminal))
    .addHelpText("after", examples("sluice policy diff policy.yaml", "sluice policy diff policy.yaml -o json"));
  return inCluster(command, outputOption());
}

function simulateCommand(terminal: Terminal, problems: Terminal): Command {
  const command = new Command("simulate")
    .description("Replay a policy as it is and as a file wants it on recordings, and show what would change")
    .argument("<file>", "YAML file with the policy as proposed")
    .requiredOption("--trace <file>", "recorded trace, see `sluice trace record`; repeat for more", collect)
    .option("--against <file>", "compare with this file instead of the cluster's policy; needs no cluster")
    .option("--budget <limit>", "share of sending every frame (10%) or rate, for both (default: each policy's own)")
    .option("--seed <n>", "of everything that is drawn at random", whole, 1)
    .action((file: string, options: SimulateOptions) => simulate(file, options, terminal, problems))
    .addHelpText(
      "after",
      examples(
        "sluice policy simulate policy.yaml --trace gate.jsonl.gz",
        "sluice policy simulate new.yaml --against old.yaml --trace gate.jsonl.gz --budget 10%",
      ),
    );
  return inCluster(command, outputOption());
}

function statusCommand(terminal: Terminal): Command {
  const command = new Command("status")
    .description("Show a policy's rollout, gates, devices, budget and agreement; or all policies")
    .argument("[name]", "name of the OffloadPolicy")
    .option("-w, --watch", "go on until Ctrl-C, and show what changes")
    .action((name: string | undefined, options: StatusOptions) => showStatus(name, options, terminal))
    .addHelpText("after", examples("sluice policy status", "sluice policy status north --watch"));
  return inCluster(command, outputOption());
}

function historyCommand(terminal: Terminal): Command {
  const command = new Command("history")
    .description("List a policy's revisions: when they were made, what they changed, what became of them")
    .argument("<name>", "name of the OffloadPolicy")
    .action((name: string, options: ClusterOptions & OutputOptions) => showHistory(name, options, terminal))
    .addHelpText("after", examples("sluice policy history north", "sluice policy history north -o wide"));
  return inCluster(command, outputOption());
}

/** Adds what every command that asks the cluster takes. */
function inCluster(command: Command, ...more: readonly Option[]): Command {
  for (const option of [...more, ...clusterOptions()]) command.addOption(option);
  return command;
}

const collect = (value: string, before: string[] = []) => [...before, value];

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Write a whole number from 0.");
  return Number(text);
}
