import { readFile } from "node:fs/promises";
import { seededPrng } from "@sluice/foundation";
import { decodeImage } from "@sluice/imaging";
import { type Model, openModel } from "@sluice/models";
import type { Picture } from "@sluice/vision";
import Table from "cli-table3";
import { UsageError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export interface CheckOptions {
  runs: number;
  threads: number;
  image?: string;
  json?: boolean;
}

const stages = ["preprocessMs", "runMs", "postprocessMs"] as const;

/** Opens the model as a service would, runs it, and reports. Throws the model's own errors. */
export async function checkModel(manifest: string, options: CheckOptions, terminal: Terminal): Promise<void> {
  const picture = options.image ? await readPicture(options.image) : undefined;
  const model = await openModel(manifest, { workers: 1, threads: options.threads });
  try {
    const report = await measure(model, picture ?? noise(model), options);
    terminal.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : describe(report, picture !== undefined));
  } finally {
    await model.close();
  }
}

async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new UsageError(`--image ${path}: ${cause.message}`, { cause });
  });
  return decodeImage(bytes);
}

/** A picture of the model's own input size: the same noise each time. */
function noise(model: Model): Picture {
  const { width, height } = model.manifest.spec.input;
  const prng = seededPrng(1);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => prng.next() * 256) };
}

async function measure(model: Model, picture: Picture, options: CheckOptions) {
  const times: Record<(typeof stages)[number], number[]> = { preprocessMs: [], runMs: [], postprocessMs: [] };
  let found: Awaited<ReturnType<Model["detect"]>> | undefined;
  for (let run = 0; run < options.runs; run++) {
    found = await model.detect(picture);
    for (const stage of stages) times[stage].push(found[stage]);
  }
  const { family, task } = model.manifest.spec;
  return {
    name: model.name,
    digest: model.digest,
    task,
    family,
    classes: model.classes.length,
    threshold: model.threshold,
    maxBatch: model.maxBatch,
    inputs: model.inputs,
    outputs: model.outputs,
    runs: options.runs,
    threads: options.threads,
    medianMs: Object.fromEntries(stages.map((stage) => [stage, median(times[stage])])),
    detections: (found?.detections ?? []).map((d) => ({ ...d, class: model.classes[d.classId] ?? String(d.classId) })),
  };
}

type Report = Awaited<ReturnType<typeof measure>>;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)]! * 100) / 100;
}

function describe(report: Report, withDetections: boolean): string {
  const table = new Table({ style: { head: [], border: [] } });
  const { preprocessMs = 0, runMs = 0, postprocessMs = 0 } = report.medianMs;
  table.push(
    { model: `${report.name} (${report.task}, ${report.family})` },
    { sha256: report.digest },
    { inputs: report.inputs.map(shape).join("\n") },
    { outputs: report.outputs.map(shape).join("\n") },
    { "largest batch": report.maxBatch },
    { classes: `${report.classes}, score from ${report.threshold}` },
    {
      "median ms": `${preprocessMs} preprocess + ${runMs} run + ${postprocessMs} read (${report.runs} runs, ${report.threads} thread(s))`,
    },
  );
  return `${table.toString()}\n${withDetections ? listDetections(report) : ""}`;
}

const shape = ({ name, shape: dims }: Report["inputs"][number]) => `${name} [${dims.join(", ")}]`;

function listDetections({ detections }: Report): string {
  if (detections.length === 0) return "Nothing found.\n";
  const table = new Table({ head: ["class", "score", "x1", "y1", "x2", "y2"], style: { head: [], border: [] } });
  for (const d of detections) {
    table.push([d.class, d.score.toFixed(3), ...[d.x1, d.y1, d.x2, d.y2].map((v) => v.toFixed(1))]);
  }
  return `${table.toString()}\n`;
}
