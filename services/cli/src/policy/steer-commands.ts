import { randomUUID } from "node:crypto";
import { Command } from "commander";
import { clusterOptions } from "../cluster/connect.ts";
import { examples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { abort, hold, type Plan, promote, restart, type SteerOptions, steer, undo } from "./steer.ts";

interface Options extends SteerOptions {
  all?: boolean;
  to?: string;
}

/** Commands that change a policy: each asks for one thing and is done when the API server has it. */
export function steerCommands(terminal: Terminal): Command[] {
  const command = (name: string, about: string, plan: (options: Options) => Plan, ...more: readonly string[]) => {
    const steering = new Command(name)
      .description(about)
      .argument("<name>", "name of the OffloadPolicy")
      .option("--dry-run", "say what would be done, and do nothing")
      .action((policy: string, options: Options) => steer(policy, plan(options), options, terminal))
      .addHelpText("after", examples(`sluice policy ${name} north`, ...more));
    for (const option of clusterOptions()) steering.addOption(option);
    return steering;
  };
  return [
    command(
      "promote",
      "Let a rollout go on past its wave, whatever the gate says",
      ({ all = false }) => promote(all),
      "sluice policy promote north --all",
    ).option("--all", "past all waves: every device gets the revision now"),
    command("pause", "Hold a rollout where it is; a policy may be paused before it is edited", () => hold(true)),
    command("resume", "Let a paused rollout go on", () => hold(false)),
    command("abort", "Give a revision up: devices get the last good one back", () => abort),
    command("restart", "Roll a revision out again that failed or was given up", () => restart(randomUUID())),
    command(
      "undo",
      "Make an earlier specification the newest: it is rolled out in waves, as any change",
      ({ to }) => undo(to),
      "sluice policy undo north --to 3 --dry-run",
    ).option(
      "--to <revision>",
      "number or name, as `history` lists it (default: the last good one, or the one before)",
    ),
  ];
}
