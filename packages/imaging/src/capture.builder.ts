/** What the capture tests share: a stream with its states on record, and a folder that goes away. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededPrng, systemClock } from "@sluice/foundation";
import { onTestFinished, vi } from "vitest";
import { openCapture } from "./capture.ts";
import { frameShown } from "./clip.builder.ts";
import type { Capture, CaptureOptions, CaptureState } from "./options.ts";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Opened extends Capture {
  readonly states: CaptureState[];
  /** The first state that fits, waiting for it. */
  reached(fits: (state: CaptureState) => boolean): Promise<CaptureState>;
}

export function openTest(source: string, options: Partial<CaptureOptions> = {}): Opened {
  const states: CaptureState[] = [];
  const defaults = { stream: "s", source, loop: false, masks: [], stallAfterMs: 5_000, pace: "asap" } as const;
  const onState = (state: CaptureState) => void states.push(state);
  const capture = openCapture({ ...defaults, ...options }, { clock: systemClock, prng: seededPrng(1), onState });
  onTestFinished(() => capture.close());
  return {
    states,
    next: () => capture.next(),
    mask: (masks) => capture.mask(masks),
    close: () => capture.close(),
    reached: (fits) =>
      vi.waitFor(
        () => {
          const found = states.find(fits);
          if (!found) throw new Error(`not among ${JSON.stringify(states.map((s) => s.state))}`);
          return found;
        },
        { timeout: 20_000, interval: 10 },
      ),
  };
}

export interface Seen {
  readonly index: number;
  readonly sourceIndex: number;
  readonly skippedBefore: number;
  readonly shown: number;
  readonly capturedAtMs: number;
}

/** Takes and releases frames until the stream ends or `count` were taken; `work` runs while a frame is held. */
export async function take(capture: Capture, count = Infinity, work?: () => Promise<unknown>): Promise<Seen[]> {
  const seen: Seen[] = [];
  while (seen.length < count) {
    const frame = await capture.next();
    if (!frame) break;
    const { index, sourceIndex, skippedBefore, capturedAtMs } = frame;
    seen.push({ index, sourceIndex, skippedBefore, capturedAtMs, shown: frameShown(frame.data) });
    await work?.();
    frame.release();
  }
  return seen;
}

/** Process ids of the capture processes that `parent` has. */
export function captureProcesses(parent = process.pid): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => isCaptureOf(pid, parent));
}

function isCaptureOf(pid: number, parent: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ofParent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
    return ofParent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("capture-process");
  } catch {
    return false;
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
