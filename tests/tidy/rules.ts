/**
 * The house's order as data. An arrow points from a part to what it may import: `foundation ← vision ← contracts ←
 * {core | I/O} ← programs`.
 */
export interface Part {
  readonly folder: string;
  /** Parts that it may import. */
  readonly imports: readonly string[];
  /** Core parts compute only: no I/O, so no `node:` module either. */
  readonly pure: boolean;
  /** External libraries of which it is the one importer. */
  readonly libraries: readonly string[];
}

const base = ["foundation", "vision", "contracts"];

const pure = (name: string, imports: readonly string[], libraries: readonly string[] = []): [string, Part] => [
  name,
  { folder: `packages/${name}`, imports, pure: true, libraries },
];
const io = (name: string, libraries: readonly string[] = []): [string, Part] => [
  name,
  { folder: `packages/${name}`, imports: base, pure: false, libraries },
];
const service = (name: string, imports: readonly string[], libraries: readonly string[] = []): [string, Part] => [
  name,
  { folder: `services/${name}`, imports: [...base, ...imports], pure: false, libraries },
];

export const parts: ReadonlyMap<string, Part> = new Map([
  pure("foundation", []),
  pure("vision", ["foundation"]),
  pure("contracts", ["foundation", "vision"], ["zod", "yaml"]),
  pure("offload", base),
  pure("fusion", base),
  pure("scene", [...base, "fusion", "offload"]),
  pure("replay", [...base, "offload", "scene"]),
  pure("batching", base),
  pure("allocation", base),
  pure("rollout", base),
  io("imaging", ["node-av", "sharp"]),
  io("models", ["onnxruntime-node"]),
  io("messaging", ["@nats-io/transport-node", "@nats-io/jetstream", "@nats-io/kv"]),
  io("observability", [
    "prom-client",
    "pino",
    "fastify",
    "@fastify/helmet",
    "@opentelemetry/api",
    "@opentelemetry/sdk-trace",
    "@opentelemetry/resources",
    "@opentelemetry/exporter-trace-otlp-http",
  ]),
  io("cluster", ["@kubernetes/client-node"]),
  io("web"),
  io("testkit"),
  service("edge", ["web", "allocation", "offload", "scene", "imaging", "models", "messaging", "observability"]),
  service("inference", ["batching", "imaging", "models", "messaging", "observability"]),
  service("console", ["web", "messaging", "observability"]),
  service(
    "cli",
    ["edge", "inference", "console", "operator", "cluster", "rollout", "replay", "imaging", "models", "messaging"],
    ["commander", "picocolors", "cli-table3"],
  ),
  [
    "operator",
    {
      folder: "operators/offload",
      imports: [...base, "allocation", "batching", "rollout", "cluster", "messaging", "observability"],
      pure: false,
      libraries: [],
    },
  ],
  ["charts", { folder: "charts", imports: base, pure: true, libraries: [] }],
  [
    "dashboards",
    { folder: "deploy/dashboards", imports: [], pure: false, libraries: ["@grafana/grafana-foundation-sdk"] },
  ],
  ["images", { folder: "deploy/images", imports: [], pure: false, libraries: ["esbuild"] }],
]);

/** Folders whose code looks at the whole and may import any part. */
export const observers: readonly string[] = ["tests", "e2e", "bench"];

/** Libraries that any test may import; they stand in the root's package.json. */
export const testLibraries: readonly string[] = ["vitest", "fast-check", "playwright-core"];
/** Parts that any test may import: testkit; imaging, to look at real footage; replay, to hold decisions against it. */
export const testParts: readonly string[] = ["testkit", "imaging", "replay"];

/** Files that run without anything importing them; so do tests, and each part's index.ts. */
export const entryPoints: readonly RegExp[] = [
  /^(services|operators|deploy)\/[^/]+\/src\/main\.ts$/,
  /^services\/[^/]+\/bin\/[^/]+\.js$/,
  /^bench\/src\/(main|programs\/[^/]+)\.ts$/,
  /^packages\/testkit\/src\/kube\/cluster-api\.ts$/,
  /^packages\/web\/src\/page\/main\.ts$/,
  /^e2e\/cluster\/(main|setup|vitest\.config)\.ts$/,
  /^tests\/run(\/tally)?\.ts$/,
  /^tests\/monitoring\/pictures\/main\.ts$/,
  /^vitest\.config\.ts$/,
  /\.test\.ts$/,
  /^(packages|services|operators|deploy)\/[^/]+\/src\/index\.ts$/,
];

export const linesPerFile = 300;
export const linesPerTest = 350;
export const bytesPerFile = 4 * 2 ** 20;
/** Names that say nothing about what is inside. */
export const emptyNames: readonly string[] = ["util", "utils", "helper", "helpers", "manager", "common", "misc"];
