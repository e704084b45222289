import { spawnSync } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { SluiceError } from "@sluice/contracts";
import { readTrace, type Trace } from "@sluice/replay";
import { repoRoot, sharedData } from "@sluice/testkit";

/** A pair of models on a clip, recorded once and kept. */
export interface Recording {
  readonly name: string;
  readonly edgeModel: string;
  readonly cloudModel: string;
  readonly video: string;
  /** Its pictures. */
  readonly size: Size;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Smaller pictures beside the full ones, for links that do not carry those. */
const smaller = { w384: { width: 384, quality: 75 }, w320q50: { width: 320, quality: 50 } };

/** The recordings of one pair of models, and those whose streams share a budget when several are tried under one. */
export interface Group {
  readonly name: string;
  readonly recordings: readonly Recording[];
  readonly fleet: readonly string[];
}

/** The embedded pair on its clips; and, where shared footage is at hand, three pairs on four public clips. */
export function groups(): Group[] {
  const own = (name: string) => join(repoRoot, "models", name);
  const recordings = ["gate", "crossroads", "drone"].map((clip) => ({
    name: `em-${clip}`,
    edgeModel: own("street-edge.yaml"),
    cloudModel: own("street-cloud.yaml"),
    video: own(`clips/${clip}.mp4`),
    size: { width: 640, height: 360 },
  }));
  const embedded = { name: "em", recordings, fleet: recordings.map(({ name }) => name) };
  const shared = sharedData();
  return shared === undefined ? [embedded] : [...publicOnes(join(shared, "videos")), embedded];
}

const publicClips: Record<string, [file: string, width: number, height: number]> = {
  vtest: ["vtest.avi", 768, 576],
  highway: ["solidWhiteRight.mp4", 960, 540],
  bottle: ["bottle-detection.mp4", 640, 360],
  car: ["car-detection.mp4", 768, 432],
};
const publicEdges = { fd: "fastestdet-352", nd: "nanodet-m-320", yx: "yolox-nano-256" };

/** Long enough to share a budget: the other two last 9 and 13 seconds. */
const publicFleet = ["vtest", "bottle"];

function publicOnes(folder: string): Group[] {
  const sample = (name: string) => join(repoRoot, `deploy/samples/models/${name}.yaml`);
  return Object.entries(publicEdges).map(([pair, edge]) => ({
    name: pair,
    recordings: Object.entries(publicClips).map(([clip, [file, width, height]]) => ({
      name: `${pair}-${clip}`,
      edgeModel: sample(edge),
      cloudModel: sample("yolox-nano-640"),
      video: join(folder, file),
      size: { width, height },
    })),
    fleet: publicFleet.map((clip) => `${pair}-${clip}`),
  }));
}

const pathOf = ({ name }: Recording): string => join(repoRoot, `.sluice/traces/${name}.jsonl.gz`);

/** Records with `sluice trace record` what was not recorded yet; kept beside the results. */
export async function recorded(recording: Recording): Promise<void> {
  const path = pathOf(recording);
  const { video, edgeModel, cloudModel } = recording;
  const what = ["--video", video, "--edge-model", edgeModel, "--cloud-model", cloudModel];
  if (!existsSync(path)) await recordTo(path, [...what, ...rungsOf(recording.size)]);
}

function rungsOf({ width, height }: Size): string[] {
  const small = Object.entries(smaller).map(
    ([name, rung]) => `${name}:${rung.width}x${Math.round((rung.width * height) / width)}@${rung.quality}`,
  );
  return [`full:${width}x${height}@75`, ...small].flatMap((rung) => ["--rung", rung]);
}

/** The trace of a recording that was made. */
export async function traceOf(recording: Recording): Promise<Trace> {
  const path = pathOf(recording);
  return readTrace(createInterface({ input: createReadStream(path).pipe(createGunzip()) }), path);
}

async function recordTo(path: string, what: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const command = [join(repoRoot, "services/cli/src/main.ts"), "trace", "record", ...what, "--out", path];
  const { status } = spawnSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new SluiceError("trace-invalid", `recording ${path} ended with ${status}`);
}
