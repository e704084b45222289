import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { SluiceError, type TraceHeader, type TraceRung, traceHeaderSchema } from "@sluice/contracts";
import { openModel } from "@sluice/models";
import { describe, merge, type Trace } from "@sluice/replay";
import { readTruth } from "../demo/reference.ts";
import type { Terminal } from "../terminal.ts";
import { embedded } from "../workspace.ts";
import { Bar } from "./bar.ts";
import { writeTraceFile } from "./files.ts";
import { type Footage, framesIn, lookAt } from "./footage.ts";
import { type Models, Observer } from "./observe.ts";
import { Part } from "./part.ts";
import { rungsFor } from "./rungs.ts";
import { streamTable } from "./trace.ts";

export interface RecordOptions {
  video: string[];
  edgeModel: string;
  cloudModel: string;
  rung?: string[];
  frames?: number;
  truth?: boolean;
  out: string;
}

export const defaultModels: { readonly edge: string; readonly cloud: string } = embedded;

/** Runs both models on every frame of the videos and writes what they saw. Begun again, it goes on where it stopped. */
export async function record(options: RecordOptions, terminal: Terminal, problems: Terminal): Promise<void> {
  const bar = new Bar(problems);
  const footage = await lookAt(options.video, options.frames ?? Number.POSITIVE_INFINITY, (name, count) => {
    if (problems.live) bar.show(`frames of ${name} counted`, count, count);
  });
  const models = await open(options);
  const folder = `${options.out}.part`;
  try {
    const headers = headersFor(footage, models, rungsFor(options.rung, footage));
    const parts: { name: string; trace: Trace }[] = [];
    for (const [i, each] of footage.entries()) {
      const trace = await recordOne(each, headers[i]!, models, join(folder, `${each.name}.jsonl`), bar);
      parts.push({ name: each.path, trace: options.truth ? withTruth(trace, each) : trace });
    }
    bar.clear();
    const trace = merge(parts);
    await writeTraceFile(options.out, trace.header, trace.frames);
    await rm(folder, { recursive: true, force: true });
    terminal.write(`${streamTable(describe(trace))}\nwritten to ${options.out}\n`);
  } finally {
    await Promise.all([models.edge.close(), models.cloud.close()]);
  }
}

async function open({ edgeModel, cloudModel }: RecordOptions): Promise<Models> {
  const edge = await openModel(edgeModel, { workers: 1, threads: 1 });
  try {
    const cloud = await openModel(cloudModel, { workers: 1, threads: availableParallelism() });
    if (cloud.task === edge.task) return { edge, cloud };
    await cloud.close();
    const tasks = `${edge.name} does ${edge.task}, ${cloud.name} ${cloud.task}`;
    throw new SluiceError("config-invalid", `${tasks}: they cannot correct each other`);
  } catch (error) {
    await edge.close();
    throw error;
  }
}

const headersFor = (footage: readonly Footage[], { edge, cloud }: Models, rungs: readonly TraceRung[]): TraceHeader[] =>
  footage.map(({ name, width, height, fps }) =>
    traceHeaderSchema.parse({
      format: "sluice.trace",
      version: 1,
      task: edge.task,
      classes: [...edge.classes],
      edge: { model: edge.name, threshold: edge.threshold },
      cloud: { model: cloud.name, threshold: cloud.threshold },
      rungs,
      streams: [{ name, width, height, fps }],
    }),
  );

async function recordOne(
  footage: Footage,
  header: TraceHeader,
  models: Models,
  path: string,
  bar: Bar,
): Promise<Trace> {
  const origin = { mark: footage.mark, edge: models.edge.digest, cloud: models.cloud.digest };
  await using part = await Part.open(path, header, origin);
  const observer = new Observer(models, header.rungs);
  const done = part.frames.length;
  let index = 0;
  for await (const frame of framesIn(footage.path, footage.frames)) {
    if (index < done) observer.pass(frame);
    else await part.add({ stream: 0, frame: index, t: index / footage.fps, ...(await observer.look(frame)) });
    bar.show(`frames of ${footage.name}`, ++index, footage.frames);
  }
  return part.trace;
}

/** The trace with what its frames hold, from the file beside the video; boxes of classes that the models lack are left out. */
function withTruth(trace: Trace, { path }: Footage): Trace {
  const truth = readTruth(path);
  if (!truth) throw new SluiceError("source-unreadable", `${path}: there is no truth beside it (NAME.truth.jsonl.gz)`);
  const classes = truth.classes.map((name) => trace.header.classes.indexOf(name));
  const frames = trace.frames.map((frame) => {
    const boxes = truth.frames[frame.frame];
    if (!boxes) return frame;
    const known = boxes.map((box) => ({ ...box, score: 1, classId: classes[box.classId] ?? -1 }));
    return { ...frame, truth: known.filter(({ classId }) => classId >= 0) };
  });
  return { ...trace, frames };
}
