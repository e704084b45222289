import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { peaksModel, repoRoot, until, writeModel } from "@sluice/testkit";

const width = 64;
const height = 32;
const frames = 20;
const classes = ["person", "car"];
const person = { classId: 0, column: 2, row: 2, score: 0.6, distances: [10, 10, 10, 10] } as const;
const car = { classId: 1, column: 6, row: 1, score: 0.8, distances: [6, 6, 6, 6] } as const;

/** Two videos with truth, a model that sees the person in them, and one that sees person and car. */
export async function demoArguments(folder: string): Promise<string[]> {
  const size = { width, height, stride: 8, classes: classes.length };
  const fields = { family: "peaks", width, height, classes };
  const small = await writeModel(folder, peaksModel({ ...size, peaks: [person] }), { ...fields, name: "small" });
  const large = await writeModel(folder, peaksModel({ ...size, peaks: [person, car] }), { ...fields, name: "large" });
  const videos = ["gate", "yard"].map((name) => writeVideo(join(folder, name)));
  return [
    "--edge-model",
    small,
    "--cloud-model",
    large,
    "--port",
    "0",
    ...videos.flatMap((video) => ["--video", video]),
  ];
}

/** A video in the plain format YUV4MPEG2, in which something moves, and its truth beside it. */
function writeVideo(path: string): string {
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)];
  const truth = [JSON.stringify({ format: "sluice.truth", version: 1, classes })];
  for (let frame = 0; frame < frames; frame++) {
    const luma = Buffer.from(Array.from({ length: width * height }, (_, i) => (i * 7 + frame * 31) % 256));
    parts.push(Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128));
    truth.push(
      JSON.stringify({
        frame,
        truth: [
          [10, 10, 30, 30, 1, 0],
          [46, 6, 58, 18, 1, 1],
        ],
      }),
    );
  }
  writeFileSync(`${path}.y4m`, Buffer.concat(parts));
  writeFileSync(`${path}.truth.jsonl.gz`, gzipSync(`${truth.join("\n")}\n`));
  return `${path}.y4m`;
}

export interface Command {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Runs the `sluice` command. `mark` is inherited by all that it starts. */
export function sluice(args: readonly string[], mark = "none"): Command {
  const main = join(repoRoot, "services/cli/src/main.ts");
  const env = { ...process.env, SLUICE_MARK: mark, NO_COLOR: "1" };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { process: child, output: () => output, ended };
}

/** Processes whose environment carries the mark: what a command started, wherever it went since. Linux only. */
export function marked(mark: string): string[] {
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(`SLUICE_MARK=${mark}\0`),
  );
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // It is gone, or somebody else's.
    return "";
  }
}

export const pageOf = (command: Command): Promise<string> =>
  until(() => /Open (http\S+)/.exec(command.output())?.[1], { timeoutMs: 90_000, what: "the page's address" });
