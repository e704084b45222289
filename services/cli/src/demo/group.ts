import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SluiceError } from "@sluice/contracts";
import { type Clock, pause } from "@sluice/foundation";
import { type ProgramName, programFile } from "../workspace.ts";
import { Child } from "./child.ts";

/** Loading and warming up a model on a busy machine takes its time. */
const readyWithinMs = 120_000;

/** What a program tells whoever started it: that it serves, what is new, and, as it ends, its last report. */
type Word =
  | { readonly kind: "ready"; readonly url: string }
  | { readonly kind: "news"; readonly text: string }
  | { readonly kind: "stopped"; readonly report: unknown };

/** What to do with a program's words. */
export interface Listener {
  readonly onNews?: (text: string) => void;
  readonly onStopped?: (report: unknown) => void;
}

/** The demo's processes. Any that ends before it is told to is a failure of the whole. */
export class Group {
  readonly #children = new Map<string, Child>();
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #failed = Promise.withResolvers<never>();
  #stopping = false;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when a child ends by itself. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Starts any program; `channel` as in {@link Child.start}. */
  spawn(name: string, command: readonly string[], channel: "ipc" | "stdin"): Child {
    const child = Child.start(name, command, channel, join(this.#folder, `${name}.log`));
    this.#children.set(name, child);
    void this.#watch(child);
    return child;
  }

  async #watch(child: Child): Promise<void> {
    await child.gone;
    if (!this.#stopping) this.#failed.reject(child.failure("ended by itself"));
  }

  /**
   * Starts one of Sluice's programs with a configuration; resolves with its address when it is ready. The listener is
   * told its news and its last report, if it makes any.
   */
  async start(
    name: string,
    program: ProgramName,
    config: unknown,
    { onNews, onStopped }: Listener = {},
  ): Promise<string> {
    const file = join(this.#folder, `${name}.yaml`);
    writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
    const child = this.spawn(name, [process.execPath, programFile(program), "--config", file], "ipc");
    const ready = new Promise<string>((resolve) => {
      child.process.on("message", (word: Word) => {
        if (word.kind === "ready") resolve(word.url);
        else if (word.kind === "news") onNews?.(word.text);
        else if (word.kind === "stopped") onStopped?.(word.report);
      });
    });
    const settled = new AbortController();
    try {
      return await Promise.race([ready, this.#late(child, settled.signal), this.failed]);
    } finally {
      settled.abort();
    }
  }

  /** Rejects when a child has taken too long to be ready. */
  async #late(child: Child, settled: AbortSignal): Promise<never> {
    await pause(this.#clock, readyWithinMs, settled);
    throw child.failure(`was not ready within ${readyWithinMs / 1_000} s`);
  }

  /**
   * Ends everything in the order given: first what needs the others to finish its work. What is left after a step's
   * time goes by force.
   */
  async stop(order: readonly (readonly string[])[], withinMs: readonly number[]): Promise<void> {
    this.#stopping = true;
    for (const [step, names] of order.entries()) {
      const children = names.map((name) => this.#children.get(name)).filter((child) => child !== undefined);
      await this.#end(children, withinMs[step]!);
    }
  }

  async #end(step: readonly Child[], withinMs: number): Promise<void> {
    for (const child of step) child.signal("SIGTERM");
    const gone = Promise.all(step.map((child) => child.gone));
    const enough = new AbortController();
    await Promise.race([gone, pause(this.#clock, withinMs, enough.signal)]);
    enough.abort();
    // Also where a child went in order: what it started itself must not outlive it.
    for (const child of step) child.killGroup();
    await gone;
  }
}

export const notBuilt = (path: string): SluiceError =>
  new SluiceError("tool-missing", `${path} is missing; \`make demo\` builds it`);
