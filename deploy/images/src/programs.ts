/** Packages with machine code, which cannot be bundled. */
export const natives = ["onnxruntime-node", "sharp", "node-av"] as const;
type Native = (typeof natives)[number];

/** A program that has an image of its own. */
export interface Program {
  /** What it starts as: its main file first, then what it starts in threads and processes of their own. */
  readonly entries: readonly string[];
  /** Those of {@link natives} that it uses. */
  readonly natives: readonly Native[];
  /** Whether it serves pages, which browsers get as they are written. */
  readonly pages: boolean;
  /** What it takes along of the folder models/: the embedded models, and clips for devices that have no camera yet. */
  readonly models: readonly string[];
  /** Most that it may weigh on one platform, base image aside, MiB. */
  readonly limitMiB: number;
}

const worker = "packages/models/src/worker.ts";
const state = "services/edge/src/state/state-worker.ts";
const capture = "packages/imaging/src/capture-process.ts";

export const programs: Readonly<Record<string, Program>> = {
  edge: {
    entries: ["services/edge/src/main.ts", worker, state, capture],
    natives: ["onnxruntime-node", "sharp", "node-av"],
    pages: true,
    models: [
      "street-edge.yaml",
      "street-edge.onnx",
      ...["gate", "crossroads", "drone"].map((clip) => `clips/${clip}.mp4`),
    ],
    limitMiB: 250,
  },
  inference: {
    entries: ["services/inference/src/main.ts", worker],
    natives: ["onnxruntime-node", "sharp"],
    pages: false,
    models: ["street-cloud.yaml", "street-cloud.onnx"],
    limitMiB: 75,
  },
  operator: { entries: ["operators/offload/src/main.ts"], natives: [], pages: false, models: [], limitMiB: 30 },
  cli: {
    entries: ["services/cli/src/main.ts", worker, capture],
    natives: ["onnxruntime-node", "sharp", "node-av"],
    pages: false,
    models: ["street-edge.yaml", "street-edge.onnx", "street-cloud.yaml", "street-cloud.onnx"],
    limitMiB: 250,
  },
  console: { entries: ["services/console/src/main.ts"], natives: [], pages: true, models: [], limitMiB: 5 },
};

/** Processors by the name that images use, and the one that Node uses. */
export const architectures = { amd64: "x64", arm64: "arm64" } as const;
export type Architecture = keyof typeof architectures;
