import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { limits, type ModelManifest, modelSchema, type PolicyName, readDocument, SluiceError } from "@sluice/contracts";
import { parseRate } from "@sluice/foundation";
import { UsageError } from "../failure.ts";
import { clips, embedded } from "../workspace.ts";
import { deviceNames } from "./names.ts";

export interface DemoOptions {
  readonly seconds?: number;
  readonly out?: string;
  readonly budget: string;
  /** Name of a policy, or path of a file with OffloadPolicies. */
  readonly policy?: string;
  readonly edgeModel?: string;
  readonly cloudModel?: string;
  readonly video?: readonly string[];
  readonly port: number;
}

export interface ModelFile {
  readonly path: string;
  readonly manifest: ModelManifest;
}

export interface Device {
  readonly name: string;
  /** Absolute path of the file that its camera shows. */
  readonly video: string;
}

/** What a demo runs, all of it known to be there. */
export interface Plan {
  readonly devices: readonly Device[];
  readonly edgeModel: ModelFile;
  readonly cloudModel: ModelFile;
  readonly policy: PolicyName;
  /**
   * Whether an operator rolls policies out and shares the budget out as leases; else each device has its own share, so that
   * figures of runs can be compared.
   */
  readonly operated: boolean;
  /** Absolute path of the file with the operator's policies; without one it has a policy with the demo's budget. */
  readonly policyFile: string | undefined;
  readonly budget: string;
  /** Each device's share, where there is no operator. */
  readonly bytesPerSecond: number;
  readonly seconds: number | undefined;
  /** Absolute path of the folder for the results. */
  readonly out: string | undefined;
  readonly port: number;
}

/** Checks the options before anything starts. Throws a UsageError with every problem, a line each. */
export function planDemo(options: DemoOptions): Plan {
  const problems: string[] = [];
  const check = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(`${what}: ${explain(error)}`);
      return undefined;
    }
  };
  const videos = (options.video ?? clipFiles()).map((video) => resolve(video));
  for (const video of videos) check(`--video ${video}`, () => isFile(video));
  if (videos.length === 0) problems.push(`no clips in ${clips}: name files with --video`);
  if (videos.length > limits.streamsPerDevice) problems.push(`--video: at most ${limits.streamsPerDevice} files`);
  const edgeModel = check("--edge-model", () => readModel(options.edgeModel ?? embedded.edge));
  const cloudModel = check("--cloud-model", () => readModel(options.cloudModel ?? embedded.cloud));
  const rate = check("--budget", () => readRate(options.budget));
  if (options.out) check(`--out ${options.out}`, () => isFolderOrAbsent(options.out!));
  const { policy } = options;
  const policyFile = policy !== undefined && isPolicyFile(policy) ? resolve(policy) : undefined;
  if (policyFile) check(`--policy ${policy}`, () => isFile(policyFile));
  if (problems.length > 0 || !edgeModel || !cloudModel || !rate) throw new UsageError(problems.join("\n      "));
  const names = deviceNames(videos);
  return {
    devices: videos.map((video, index) => ({ name: names[index]!, video })),
    edgeModel,
    cloudModel,
    policy: policyFile === undefined && policy !== undefined ? (policy as PolicyName) : "learned",
    operated: policyFile !== undefined || (policy === undefined && options.seconds === undefined && !options.out),
    policyFile,
    budget: options.budget,
    bytesPerSecond: rate / videos.length,
    seconds: options.seconds,
    out: options.out === undefined ? undefined : resolve(options.out),
    port: options.port,
  };
}

export const isPolicyFile = (text: string): boolean => /\.ya?ml$/.test(text);

function explain(error: unknown): string {
  if (error instanceof SluiceError) return `${error.message}\n      cure: ${error.cure}`;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? "no such file" : message;
}

function clipFiles(): string[] {
  const names = statSync(clips, { throwIfNoEntry: false }) ? readdirSync(clips).toSorted() : [];
  return names.filter((name) => name.endsWith(".mp4")).map((name) => join(clips, name));
}

function isFile(path: string): void {
  if (!statSync(path).isFile()) throw new Error("not a file");
}

function isFolderOrAbsent(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) throw new Error("exists and is not a folder");
}

function readModel(path: string): ModelFile {
  const full = resolve(path);
  if (!statSync(full, { throwIfNoEntry: false })) throw new Error(`${path}: no such file`);
  return { path: full, manifest: readDocument(readFileSync(full, "utf8"), modelSchema, path, "manifest-invalid") };
}

function readRate(text: string): number {
  const rate = parseRate(text);
  if (!rate.ok) throw new Error(rate.error);
  if (rate.value <= 0) throw new Error("must be more than nothing; --policy never sends nothing");
  return rate.value;
}
