import { type ChildProcess, fork } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Heartbeat, heartbeatSchema } from "@sluice/contracts";
import { repoRoot } from "@sluice/testkit";

/** One of Sluice's programs as a process of its own. */
export interface Program extends AsyncDisposable {
  /** Address of its HTTP side. */
  readonly url: string;
  /** Sends a signal and resolves with how it ended: exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

export interface ProgramOptions {
  /** The file to start instead of the repository's own. */
  readonly main?: string;
  /** Words on its command line beside the configuration. */
  readonly args?: readonly string[];
  /** Variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `services/<service>` with this configuration; resolves when it says that it is ready. */
export async function startProgram(
  service: string,
  folder: string,
  config: object,
  { main = join(repoRoot, "services", service, "src/main.ts"), args = [], env = {} }: ProgramOptions = {},
): Promise<Program> {
  const file = join(folder, `${service}-${Math.random().toString(36).slice(2)}.json`);
  await writeFile(file, JSON.stringify(config));
  const child = fork(main, ["--config", file, ...args], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { ...process.env, SLUICE_LOG_LEVEL: "warn", ...env },
  });
  const url = await ready(child, service);
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "gone"));
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { url, end, [Symbol.asyncDispose]: async () => void (await end("SIGKILL")) };
}

function ready(child: ChildProcess, service: string): Promise<string> {
  let words = "";
  child.stderr?.on("data", (text) => (words = `${words}${text}`.slice(-2_000)));
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve((message as { url: string }).url));
    child.once("exit", (code) => reject(new Error(`${service} ended with ${code} before it was ready: ${words}`)));
  });
}

/** What a device says of itself now. */
export async function report(edge: Program): Promise<Heartbeat> {
  return heartbeatSchema.parse(await (await fetch(`${edge.url}/api/streams`)).json());
}

/** Sum over all samples of a metric whose labels contain `labels`. */
export async function sample(program: Program, name: string, labels = ""): Promise<number> {
  const text = await (await fetch(`${program.url}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(name) && line.includes(labels))
    .reduce(
      (sum, line) =>
        sum +
        Number(
          line
            .replace(/ # .*$/, "")
            .split(" ")
            .at(-1),
        ),
      0,
    );
}
