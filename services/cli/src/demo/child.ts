import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { SluiceError } from "@sluice/contracts";

/** Lines of a child's log that are shown when it fails. */
const lastLines = 8;

/**
 * A process of the demo. It leads a group of its own, so that Ctrl-C in the terminal reaches the demo alone, which then
 * ends its children in order; the pipe between them ends a child whose demo was killed.
 */
export class Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly #log: string;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;

  private constructor(name: string, process: ChildProcess, log: string) {
    this.name = name;
    this.process = process;
    this.#log = log;
    this.gone = new Promise((resolve) => {
      process.once("exit", () => resolve());
      process.once("error", () => resolve());
    });
  }

  /** `channel` is how the child notices that the demo is gone: an IPC channel, or its standard input. */
  static start(name: string, command: readonly string[], channel: "ipc" | "stdin", logFile: string): Child {
    const log = openSync(logFile, "a");
    const stdin = channel === "stdin" ? "pipe" : "ignore";
    const stdio = channel === "ipc" ? [stdin, log, log, "ipc" as const] : [stdin, log, log];
    const [program, ...args] = command;
    const child = spawn(program!, args, { stdio: stdio as never, detached: true });
    closeSync(log);
    return new Child(name, child, logFile);
  }

  get running(): boolean {
    return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** What happened, for a person: how it ended and what it said last. */
  failure(what: string): SluiceError {
    const { exitCode, signalCode } = this.process;
    const end = signalCode ?? exitCode;
    const said = readFileSync(this.#log, "utf8").trimEnd().split("\n").slice(-lastLines).join("\n    ");
    return new SluiceError("internal", `${this.name} ${what}${end === null ? "" : ` (${end})`}; it said:\n    ${said}`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.process.kill(signal);
  }

  /** Ends the child and whatever it started. */
  killGroup(): void {
    if (this.process.pid === undefined) return;
    try {
      process.kill(-this.process.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
