import { Command, InvalidArgumentError, Option } from "commander";
import { clusterOptions } from "../cluster/connect.ts";
import { examples } from "../examples.ts";
import { outputOption } from "../output/output.ts";
import type { Terminal } from "../terminal.ts";
import { type DevicesOptions, showDevices } from "./devices.ts";
import { showTop, type TopOptions } from "./top.ts";
import { orders } from "./top-table.ts";
import { explainFrame, type WhyOptions } from "./why.ts";

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

/** `sluice top`: who spends how much, and what for. */
export function topCommand(terminal: Terminal): Command {
  return new Command("top")
    .description("Show what devices send, how well they agree with the cloud, and what a byte must be worth to them")
    .addOption(
      new Option("--nats <url>", "broker to listen at; SLUICE_NATS_CREDS or SLUICE_NATS_TOKEN let in")
        .env("SLUICE_NATS_URL")
        .default("nats://127.0.0.1:4222"),
    )
    .addOption(new Option("--sort <order>", "who comes first").choices([...orders]).default("bytes"))
    .option("-w, --watch", "go on until Ctrl-C")
    .option("--for <seconds>", "listen for so long; rates need two heartbeats of a device", seconds, 5)
    .addOption(outputOption())
    .action((options: TopOptions) => showTop(options, terminal))
    .addHelpText("after", examples("sluice top --watch", "sluice top --nats nats://hub.example:4222 --sort agreement"));
}

/** `sluice why`: one decision in words and numbers, of a device or of a replay. */
export function whyCommand(terminal: Terminal): Command {
  const command = new Command("why")
    .description("Say why a frame was sent, or not: a device is asked itself, a replay's folder is read")
    .argument("<device>", "EdgeDevice; or, if it holds a / or names a folder, what `sluice replay` wrote")
    .argument("<stream>", "name of the stream")
    .argument("<frame>", "number of the frame", whole)
    .option("--url <url>", "address of the device's page (default: what its status says)")
    .option("--live", "it is a device, though a folder has the same name")
    .addOption(outputOption())
    .action((what: string, stream: string, frame: number, options: WhyOptions) =>
      explainFrame(what, stream, frame, options, terminal),
    )
    .addHelpText(
      "after",
      examples(
        "sluice why gate-1 main 1204",
        "sluice why ./gate gate 120",
        "sluice why gate-1 main 7 --url http://gate-1:8080",
      ),
    );
  for (const option of clusterOptions()) command.addOption(option);
  return command;
}

function seconds(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError("Write seconds, 1 to 9999.");
  return Number(text);
}

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Write a whole number from 0.");
  return Number(text);
}
