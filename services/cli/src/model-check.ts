import { readFile } from "node:fs/promises";
import { formatBytes } from "@sluice/foundation";
import { decodeImage } from "@sluice/imaging";
import { checkModel, type ModelReport, openModel } from "@sluice/models";
import Table from "cli-table3";
import { UsageError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export interface CheckOptions {
  image?: string;
  json?: boolean;
}

interface Found {
  readonly class: string;
  readonly score: number;
  readonly box: readonly number[];
}

/** Opens the model as a service would, runs it, and reports. Throws the model's own errors. */
export async function showModel(manifest: string, options: CheckOptions, terminal: Terminal): Promise<void> {
  const report = await checkModel(manifest);
  const found = options.image === undefined ? undefined : await look(manifest, options.image);
  if (options.json) terminal.write(`${JSON.stringify({ ...report, ...(found && { found }) }, null, 2)}\n`);
  else terminal.write(`${reportTable(report)}\n${found ? foundTable(found) : ""}`);
}

/** What the model answers for one picture. */
async function look(manifest: string, path: string): Promise<Found[]> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new UsageError(`--image ${path}: ${cause.message}`, { cause });
  });
  const picture = await decodeImage(bytes);
  const model = await openModel(manifest, { workers: 1, threads: 1 });
  try {
    const { detections } = await model.detect(picture);
    return detections
      .filter(({ score }) => score >= model.threshold)
      .map(({ x1, y1, x2, y2, score, classId }) => ({
        class: model.classes[classId] ?? `class-${classId}`,
        score,
        box: [x1, y1, x2, y2],
      }));
  } finally {
    await model.close();
  }
}

function reportTable(report: ModelReport): string {
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    { model: report.name },
    { sha256: `${report.digest} (${formatBytes(report.bytes)})` },
    { inputs: report.inputs.map(shapeText).join("\n") },
    { outputs: report.outputs.map(shapeText).join("\n") },
    { "one picture": `${report.msMedian.toFixed(1)} ms median, ${report.msP99.toFixed(1)} ms p99, on one thread` },
    { "on noise": `${report.detectionsOnNoise} answers above the threshold` },
  );
  return table.toString();
}

const shapeText = ({ name, shape }: ModelReport["inputs"][number]) => `${name} [${shape.join(", ")}]`;

function foundTable(found: readonly Found[]): string {
  if (found.length === 0) return "Nothing found in the picture.\n";
  const table = new Table({ head: ["class", "score", "x1", "y1", "x2", "y2"], style: { head: [], border: [] } });
  for (const { class: name, score, box } of found) {
    table.push([name, score.toFixed(3), ...box.map((value) => value.toFixed(1))]);
  }
  return `${table.toString()}\n`;
}
