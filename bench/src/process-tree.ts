import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc: the same on every architecture that Node.js runs on. */
const ticksPerSecond = 100;
const kibibyte = 1_024;

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
}

/** A process and its descendants, parents first. Needs Linux's /proc. */
export function processTree(root: number): number[] {
  const entries = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => entry(Number(name)));
  const known = entries.filter((one) => one !== undefined);
  const tree = [root];
  for (const pid of tree) tree.push(...known.filter(({ parent }) => parent === pid).map((child) => child.pid));
  return tree;
}

/** Processor time that the processes have used so far, milliseconds. */
export const cpuMs = (pids: readonly number[]): number =>
  pids.reduce((total, pid) => total + (entry(pid)?.cpuMs ?? 0), 0);

/** Resident memory, bytes. Pages that two processes share count in both. */
export const residentBytes = (pids: readonly number[]): number => sumOf(pids, "status", /^VmRSS:\s+(\d+) kB/m);

/** Resident memory where a page that n processes share counts as an nth in each. */
export const proportionalBytes = (pids: readonly number[]): number => sumOf(pids, "smaps_rollup", /^Pss:\s+(\d+) kB/m);

const sumOf = (pids: readonly number[], file: string, pattern: RegExp) =>
  pids.reduce((total, pid) => total + Number(pattern.exec(proc(pid, file) ?? "")?.[1] ?? 0) * kibibyte, 0);

/** The fields after the program's name, which may hold anything, even a parenthesis. */
function entry(pid: number): Entry | undefined {
  const stat = proc(pid, "stat");
  if (stat === undefined) return undefined;
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return { pid, parent: fields[1]!, cpuMs: ((fields[11]! + fields[12]!) * 1_000) / ticksPerSecond };
}

/** A file of a process; undefined once that is gone. */
function proc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
