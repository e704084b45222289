import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@sluice/foundation";
import type { Terminal } from "../terminal.ts";
import { cloudPasses, type Pass } from "./cloud-pass.ts";
import type { Sight } from "./fleet.ts";
import type { Plan } from "./plan.ts";
import { asReference, meanF1, type Reference } from "./reference.ts";
import { type Agreement, type Outcome, type Summary, summarise } from "./summary.ts";

export interface Run {
  readonly plan: Plan;
  readonly sights: readonly Sight[];
  /** By device; undefined where the video has no truth beside it. */
  readonly truths: readonly (Reference | undefined)[];
  readonly seconds: number;
  readonly interrupted: boolean;
  /** Messages of the devices that did not arrive here. */
  readonly lostMessages: number;
}

/** Scores what was published, compares it with the cloud model on every such frame, and writes `summary.json`. */
export async function writeResults(run: Run, clock: Clock, signal: AbortSignal, terminal: Terminal): Promise<Summary> {
  const wanted = run.sights.map(({ device, tape }) => ({
    video: device.video,
    frames: framesNeeded(tape.frames.values()),
  }));
  const bar = progressBar(terminal);
  const passes = await cloudPasses(wanted, run.plan.cloudModel, { clock, signal, onProgress: bar });
  const outcomes = run.sights.map((sight, index) => outcomeOf(sight, run.truths[index], passes[index], run.plan));
  const summary = summarise(run.plan, outcomes, run.seconds, run.interrupted, run.lostMessages);
  await mkdir(run.plan.out!, { recursive: true });
  await writeFile(join(run.plan.out!, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

function framesNeeded(frames: Iterable<{ sourceFrame: number }>): number {
  let most = 0;
  for (const { sourceFrame } of frames) most = Math.max(most, sourceFrame + 1);
  return most;
}

function outcomeOf(sight: Sight, truth: Reference | undefined, pass: Pass | undefined, plan: Plan): Outcome {
  const reference = truth ?? (pass && asReference(plan.cloudModel.manifest.spec.classes, pass));
  const frames = [...sight.tape.frames.values()];
  const none = { f1: null, frames: 0 };
  const score = (answers: Parameters<typeof meanF1>[0]) => (reference ? meanF1(answers, reference) : none);
  const cloud = frames.flatMap(({ sourceFrame }) => {
    const answer = pass?.[sourceFrame];
    return answer ? [{ sourceFrame, answer }] : [];
  });
  return {
    name: sight.device.name,
    video: sight.device.video,
    heartbeat: sight.heartbeat,
    localFps: sight.tape.localFps,
    reference: reference?.kind,
    agreement: agreementOf(sight, pass, plan),
    scores: {
      local: score(frames.map(({ sourceFrame, local }) => ({ sourceFrame, answer: local }))),
      corrected: score(frames),
      cloud: score(cloud),
    },
  };
}

/** What the device said of its agreement with the cloud, beside what it was on every frame that it published. */
function agreementOf({ tape, heartbeat }: Sight, pass: Pass | undefined, plan: Plan): Agreement {
  const claimed = heartbeat?.streams[0]?.agreement;
  const reference = pass && asReference(plan.cloudModel.manifest.spec.classes, pass);
  const frames = [...tape.frames.values()];
  const actual = (answer: "local" | "first") =>
    reference
      ? meanF1(
          frames.map((f) => ({ sourceFrame: f.sourceFrame, answer: f[answer] })),
          reference,
        ).f1
      : null;
  return {
    samples: claimed?.samples ?? 0,
    missing: claimed?.missing ?? 0,
    local: { claimed: claimed?.local ?? null, halfWidth: claimed?.localHalfWidth ?? null, actual: actual("local") },
    corrected: {
      claimed: claimed?.corrected ?? null,
      halfWidth: claimed?.correctedHalfWidth ?? null,
      actual: actual("first"),
    },
  };
}

/** A bar that is redrawn on a terminal; elsewhere a line for each tenth. */
function progressBar(terminal: Terminal): (done: number, total: number) => void {
  const width = 30;
  let shown = -1;
  return (done, total) => {
    const step = Math.floor((done / total) * (terminal.live ? width : 10));
    if (step === shown) return;
    shown = step;
    const text = `cloud model on every frame, to compare: ${done}/${total}`;
    if (!terminal.live) return terminal.write(`${text}\n`);
    const bar = `${"#".repeat(step)}${"-".repeat(width - step)}`;
    terminal.write(`\r  [${bar}] ${text}${done === total ? "\n" : ""}`);
  };
}
