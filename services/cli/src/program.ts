import { policies } from "@sluice/contracts";
import { Command, InvalidArgumentError } from "commander";
import { completeCommand, completionCommand } from "./completion/commands.ts";
import { type DemoOptions, runDemo } from "./demo/demo.ts";
import { isPolicyFile } from "./demo/plan.ts";
import { runDoctor } from "./doctor.ts";
import { examples } from "./examples.ts";
import { devicesCommand, topCommand, whyCommand } from "./fleet/commands.ts";
import { type CheckOptions, showModel } from "./model-check.ts";
import { policyCommand } from "./policy/commands.ts";
import { replayCommand, reportCommand, traceCommand } from "./replay/commands.ts";
import { runProgram } from "./run-program.ts";
import type { Terminal } from "./terminal.ts";
import type { ProgramName } from "./workspace.ts";

/** The `sluice` command: what there is, what it takes, and how it is explained. Progress is shown on `problems`. */
export function buildProgram(terminal: Terminal, problems: Terminal = terminal): Command {
  const program = new Command("sluice")
    .description("Small models at the camera, large ones in the cloud, and a hard byte budget between them.")
    .version("0.1.0", "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .showHelpAfterError("(see `sluice --help`, or `sluice COMMAND --help`)")
    .enablePositionalOptions()
    // Arguments stand in each command's own help: here they would leave no room for words on 80 columns.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride();
  program.addCommand(demo(terminal));
  program.addCommand(service("edge", "Run the daemon of one device: its cameras, its model, its budget"));
  program.addCommand(service("inference", "Run the cloud service: answers pictures over NATS and HTTP"));
  program.addCommand(service("console", "Run the web page of the fleet"));
  program.addCommand(service("operator", "Run the operator: roll out policies, hand out budgets"));
  program.addCommand(policyCommand(terminal, problems));
  program.addCommand(devicesCommand(terminal));
  program.addCommand(topCommand(terminal));
  program.addCommand(model(terminal));
  program.addCommand(traceCommand(terminal, problems));
  program.addCommand(replayCommand(terminal, problems));
  program.addCommand(reportCommand(terminal));
  program.addCommand(whyCommand(terminal));
  program.addCommand(doctorCommand());
  program.addCommand(completionCommand(terminal));
  program.addCommand(completeCommand(terminal), { hidden: true });
  for (const command of program.commands) inherit(program, command);
  return program.addHelpText(
    "after",
    examples("sluice demo", "sluice demo --help", "sluice model check models/street-edge.yaml"),
  );
}

function inherit(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(command, child);
}

function demo(terminal: Terminal): Command {
  return new Command("demo")
    .description("Watch cameras being corrected by a cloud model, everything on this machine")
    .option("--seconds <n>", "stop after so many seconds instead of at Ctrl-C", positive)
    .option("--out <dir>", "write DIR/summary.json at the end, scored against truth, and the logs")
    .option("--budget <rate>", "uplink budget of all devices together", "600kbit/s")
    .option(
      "--policy <name>",
      `how to choose the frames to send (${policies.join(", ")}; default: learned), with an equal share of the budget for each device; or a YAML file with OffloadPolicies that an operator rolls out, and again when it is edited. Without it, --seconds and --out an operator shares the budget out by what bytes are worth`,
      policy,
    )
    .option("--edge-model <file>", "manifest of the model on the devices (default: models/street-edge.yaml)")
    .option("--cloud-model <file>", "manifest of the model in the cloud (default: models/street-cloud.yaml)")
    .option("--video <file>", "a camera that shows this file; repeat for more (default: models/clips)", collect)
    .option("--port <n>", "port of the page; 0 takes any that is free", port, 8090)
    .action((options: DemoOptions) => runDemo(options, terminal))
    .addHelpText(
      "after",
      examples(
        "sluice demo",
        "sluice demo --budget 200kbit/s --policy periodic",
        "sluice demo --policy deploy/samples/demo/policy.yaml",
        "sluice demo --seconds 30 --out /tmp/demo",
        "sluice demo --video gate.mp4 --video yard.mp4 --edge-model small.yaml --cloud-model large.yaml",
      ),
    );
}

function service(name: ProgramName, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption("--config <file>", `configuration: docs/reference/${name}-config.md`)
    .action((options: { config: string }) => runProgram(name, options.config))
    .addHelpText("after", examples(`sluice ${name} --config ${name}.yaml`));
}

function model(terminal: Terminal): Command {
  const check = new Command("check")
    .description("Load a model from its manifest, run it, and show its shapes and times")
    .argument("<manifest>", "the model's manifest, a YAML file")
    .option("--image <file>", "a JPEG, PNG or WebP; shows also what the model finds in it")
    .option("--json", "write JSON instead of a table")
    .action((manifest: string, options: CheckOptions) => showModel(manifest, options, terminal))
    .addHelpText("after", examples("sluice model check my-model.yaml --image street.jpg"));
  return new Command("model").description("Look at models").addCommand(check);
}

function doctorCommand(): Command {
  return new Command("doctor")
    .description("Say what is missing on this machine and how to get it")
    .action(runDoctor)
    .addHelpText("after", examples("sluice doctor"));
}

function policy(text: string): string {
  if (isPolicyFile(text) || (policies as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`Write one of ${policies.join(", ")}, or the path of a .yaml file.`);
}

const collect = (value: string, before: string[] = []) => [...before, value];

function positive(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError("Write a whole number from 1.");
  return Number(text);
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError("Write a port from 0 to 65535.");
  return Number(text);
}
