import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { type Truthy, until } from "./until.ts";

/** A server that a test started, with the end of what it said on stderr. */
export interface Child extends ChildProcess {
  lastWords?: string;
}

export interface LaunchOptions {
  /** Removed should this process end before the program. */
  readonly folder?: string;
  /** The name that the program sees itself called by. */
  readonly argv0?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** File that gets all that it says on stderr. */
  readonly log?: string;
}

const wordsKept = 2_000;

/** Starts a program that does not outlive this process, however this process ends. */
export function launch(
  binary: string,
  args: readonly string[],
  { folder, log, ...options }: LaunchOptions = {},
): Child {
  const child: Child = spawn(binary, args, { stdio: ["ignore", "ignore", "pipe"], ...options });
  child.stderr?.on("data", (text) => (child.lastWords = `${child.lastWords ?? ""}${text}`.slice(-wordsKept)));
  if (log) child.stderr?.on("data", (text: Buffer) => appendFileSync(log, text));
  child.once("error", ({ message }) => (child.lastWords = message));
  if (child.pid !== undefined) guard(child, child.pid, folder);
  return child;
}

/** A shell that waits for its stdin to be closed, which the system does when this process is gone, SIGKILL included. */
function guard(child: Child, pid: number, folder = ""): void {
  const script = 'read -r _; kill -9 "$1" 2>/dev/null; [ -z "$2" ] || rm -rf "$2"';
  const shell = spawn("/bin/sh", ["-c", script, "guard", String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  child.once("exit", () => shell.kill("SIGKILL"));
}

/**
 * Waits until a program works, and returns what `condition` returned. Rejects at once, with its last words, when the
 * program ends instead.
 */
export async function working<T>(
  child: Child,
  name: string,
  condition: () => T | Promise<T>,
  timeoutMs?: number,
): Promise<Truthy<T>> {
  const ended = Symbol(name);
  const seen = await until(async () => (hasEnded(child) ? ended : await condition()), {
    what: `${name} at work`,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (seen === ended) throw new Error(`${name} ended: ${child.lastWords ?? "no message"}`);
  return seen;
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Sends `signal` and waits for the end; after `patienceMs` it is killed. */
export function terminate(child: ChildProcess, signal: NodeJS.Signals, patienceMs = 10_000): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => {
    const killer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    child.once("exit", () => {
      clearTimeout(killer);
      resolve();
    });
    child.kill(signal);
  });
}
