import { listObjects, loadAccess, openKube } from "@sluice/cluster";
import { systemClock } from "@sluice/foundation";
import { Argument, Command } from "commander";
import { devices, policies } from "../cluster/kinds.ts";
import { examples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { complete, type Lookup } from "./complete.ts";
import { type Shell, scripts, shells } from "./scripts.ts";

/** `sluice completion SHELL`: the script that a shell reads once. */
export function completionCommand(terminal: Terminal): Command {
  return new Command("completion")
    .description("Write the script by which a shell completes commands, options, policies and devices")
    .addArgument(new Argument("<shell>", "which one").choices([...shells]))
    .action((shell: Shell) => terminal.write(scripts[shell]))
    .addHelpText(
      "after",
      examples(
        "source <(sluice completion bash)",
        "source <(sluice completion zsh)",
        "sluice completion fish > ~/.config/fish/completions/sluice.fish",
      ),
    );
}

/** What the scripts ask: words with their explanations, then how the shell goes on. */
export function completeCommand(terminal: Terminal): Command {
  return new Command("__complete")
    .argument("[words...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (words: string[], _: unknown, self: Command) => {
      const { offers, directive } = await complete(self.parent!, words, lookup);
      for (const [word, about] of offers) terminal.write(about === "" ? `${word}\n` : `${word}\t${about}\n`);
      terminal.write(`:${directive}\n`);
    });
}

/** Nobody waits longer for a key. */
const timeoutMs = 2_000;

/** A cluster that does not answer in time has no names to offer. */
const lookup: Lookup = async (what, words) => {
  const value = (...names: readonly string[]) =>
    words[words.findIndex((word) => names.includes(word)) + 1 || words.length];
  try {
    const access = loadAccess({ kubeconfig: value("--kubeconfig"), context: value("--context") });
    const kube = openKube({ access, clock: systemClock, agent: "sluice-cli" });
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = {
      ...kube,
      call: (call: Parameters<typeof kube.call>[0]) => kube.call({ ...call, signal, timeoutMs }),
    };
    try {
      const namespace = value("-n", "--namespace") ?? access.namespace;
      const found = await listObjects(asked, what === "policies" ? policies : devices, { namespace });
      return found.flatMap((object) => (object as { metadata?: { name?: string } }).metadata?.name ?? []);
    } finally {
      kube.close();
    }
  } catch {
    // Completion has nowhere to say what is wrong; the command itself will.
    return [];
  }
};
