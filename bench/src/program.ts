import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuMs, processTree } from "./process-tree.ts";
import type { Reading } from "./programs/meter.ts";

/** What a program did in a turn. */
export interface Turn {
  /** Frames or pictures that were finished, and in how many milliseconds. */
  readonly count: number;
  readonly tookMs: number;
  /** Processor time of the program and its children. */
  readonly cpuMs: number;
  /** Of each frame, from capture to its answer, where the program measures that. */
  readonly latenciesMs: readonly number[];
  /** Frames that were sent to the cloud. */
  readonly sent: number;
}

/**
 * A program under measurement, in a process of its own. Between its turns it is stopped, its children with it, so that
 * programs that are compared can take turns of a few seconds, all of them warm, none disturbing another.
 */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly name: string;
  /** Where it listens, if it said so. */
  readonly url: string;
  /** Rejects when the program ends, whoever ended it. */
  readonly died: Promise<never>;

  private constructor(child: ChildProcess, name: string, url: string) {
    this.#child = child;
    this.name = name;
    this.url = url;
    this.died = once(child, "exit").then(([code]) => Promise.reject(new Error(`${name} ended (${code})`)));
    this.died.catch(() => {});
  }

  /** Starts a Node.js program with a channel; resolves when it says that it is ready, and leaves it running. */
  static async start(file: URL, args: readonly string[], name: string): Promise<Program> {
    const env = { ...process.env, SLUICE_LOG_LEVEL: "warn" };
    const child = fork(fileURLToPath(file), [...args], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const { url = "" } = (await said(child, name, "ready")) as { url?: string };
    return new Program(child, name, url);
  }

  get pids(): number[] {
    return processTree(this.#child.pid!);
  }

  stop(): void {
    for (const pid of this.pids) process.kill(pid, "SIGSTOP");
  }

  /** Children first, so that they are there when they are asked. */
  go(): void {
    for (const pid of this.pids.toReversed()) process.kill(pid, "SIGCONT");
  }

  /** Lets a stopped program run for a while, then measures it for `turnMs`, then stops it again. */
  async turn(settleMs: number, turnMs: number): Promise<Turn> {
    this.go();
    await pause(settleMs);
    const pids = this.pids;
    const [before, cpuBefore] = [await this.read(), cpuMs(pids)];
    await pause(turnMs);
    const [after, cpuAfter] = [await this.read(), cpuMs(pids)];
    this.stop();
    return {
      count: after.count - before.count,
      tookMs: after.atMs - before.atMs,
      cpuMs: cpuAfter - cpuBefore,
      latenciesMs: after.latenciesMs,
      sent: after.sent - before.sent,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.go();
    this.#child.kill("SIGTERM");
    await gone;
  }

  /** How far the program is; latencies are those since the last reading. */
  async read(): Promise<Reading> {
    const answer = said(this.#child, this.name, "reading");
    this.#child.send("read");
    return (await answer) as unknown as Reading;
  }
}

function said(child: ChildProcess, name: string, kind: string): Promise<{ kind: string }> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${name} ended (${code}) before it was ${kind}`));
    const listen = (message: { kind: string }) => {
      if (message.kind !== kind) return;
      child.off("message", listen).off("exit", ended);
      resolve(message);
    };
    child.on("message", listen).on("exit", ended);
  });
}
