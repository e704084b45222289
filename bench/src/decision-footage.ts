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
}

/** The embedded pair on its clips; and, where shared footage is at hand, three pairs on four public clips. */
export function recordings(): Recording[] {
  const own = (name: string) => join(repoRoot, "models", name);
  const embedded = ["gate", "crossroads", "drone"].map((clip) => ({
    name: `em-${clip}`,
    edgeModel: own("street-edge.yaml"),
    cloudModel: own("street-cloud.yaml"),
    video: own(`clips/${clip}.mp4`),
  }));
  const shared = sharedData();
  return shared === undefined ? embedded : [...publicOnes(join(shared, "videos")), ...embedded];
}

const publicClips = {
  vtest: "vtest.avi",
  highway: "solidWhiteRight.mp4",
  bottle: "bottle-detection.mp4",
  car: "car-detection.mp4",
};
const publicEdges = { fd: "fastestdet-352", nd: "nanodet-m-320", yx: "yolox-nano-256" };

function publicOnes(folder: string): Recording[] {
  const sample = (name: string) => join(repoRoot, `deploy/samples/models/${name}.yaml`);
  return Object.entries(publicEdges).flatMap(([pair, edge]) =>
    Object.entries(publicClips).map(([clip, file]) => ({
      name: `${pair}-${clip}`,
      edgeModel: sample(edge),
      cloudModel: sample("yolox-nano-640"),
      video: join(folder, file),
    })),
  );
}

/** The trace of a recording; made by `sluice trace record` and kept beside the results, where it is not there yet. */
export async function traceOf({ name, edgeModel, cloudModel, video }: Recording): Promise<Trace> {
  const path = join(repoRoot, `.sluice/traces/${name}.jsonl.gz`);
  if (!existsSync(path))
    await recordTo(path, ["--video", video, "--edge-model", edgeModel, "--cloud-model", cloudModel]);
  return readTrace(createInterface({ input: createReadStream(path).pipe(createGunzip()) }), path);
}

async function recordTo(path: string, what: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const command = [join(repoRoot, "services/cli/src/main.ts"), "trace", "record", ...what, "--out", path];
  const { status } = spawnSync(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new SluiceError("trace-invalid", `recording ${path} ended with ${status}`);
}
