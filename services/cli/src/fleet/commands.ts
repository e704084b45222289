import { Command } from "commander";
import { clusterOptions } from "../cluster/connect.ts";
import { examples } from "../examples.ts";
import { outputOption } from "../output/output.ts";
import type { Terminal } from "../terminal.ts";
import { type DevicesOptions, showDevices } from "./devices.ts";

/** `sluice devices`: who is there. */
export function devicesCommand(terminal: Terminal): Command {
  const command = new Command("devices")
    .description("List devices: whether they are heard, what they act on and what they may send")
    .option("--policy <name>", "only those that act on this policy")
    .addOption(outputOption())
    .action((options: DevicesOptions) => showDevices(options, terminal))
    .addHelpText("after", examples("sluice devices", "sluice devices --policy north -o wide"));
  for (const option of clusterOptions()) command.addOption(option);
  return command;
}
