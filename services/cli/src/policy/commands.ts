import { Command, type Option } from "commander";
import { clusterOptions } from "../cluster/connect.ts";
import { examples } from "../examples.ts";
import { outputOption } from "../output/output.ts";
import type { Terminal } from "../terminal.ts";
import { type LintOptions, lint } from "./lint.ts";
import { type StatusOptions, showStatus } from "./show.ts";

/** `sluice policy`: everything about OffloadPolicies. */
export function policyCommand(terminal: Terminal): Command {
  return new Command("policy")
    .description("Check, compare, try, watch and steer OffloadPolicies")
    .addCommand(lintCommand(terminal))
    .addCommand(statusCommand(terminal));
}

function lintCommand(terminal: Terminal): Command {
  return new Command("lint")
    .description(
      "Find what is wrong with policies in files, without a cluster; devices, models and backends in the files help",
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

function statusCommand(terminal: Terminal): Command {
  const command = new Command("status")
    .description("Show a policy's rollout, gates, devices, budget and agreement; or all policies")
    .argument("[name]", "name of the OffloadPolicy")
    .option("-w, --watch", "go on until Ctrl-C, and show what changes")
    .action((name: string | undefined, options: StatusOptions) => showStatus(name, options, terminal))
    .addHelpText("after", examples("sluice policy status", "sluice policy status north --watch"));
  return inCluster(command, outputOption());
}

/** Adds what every command that asks the cluster takes. */
function inCluster(command: Command, ...more: readonly Option[]): Command {
  for (const option of [...more, ...clusterOptions()]) command.addOption(option);
  return command;
}
