import { fileURLToPath } from "node:url";

/** Where things are in a clone. */
export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

const inRoot = (path: string) => fileURLToPath(new URL(path, new URL("../../../", import.meta.url)));

export const natsServer: string = inRoot(".sluice/bin/nats-server");
export const doctor: string = inRoot("tools/doctor.sh");
export const clips: string = inRoot("models/clips");
export const cloudCache: string = inRoot(".sluice/cache/cloud");
export const embedded = {
  edge: inRoot("models/street-edge.yaml"),
  cloud: inRoot("models/street-cloud.yaml"),
} as const;

const beside = (index: string) => fileURLToPath(new URL("./main.ts", index));

/** The programs: each is `main.ts` beside its package's index. */
export const programs = {
  edge: beside(import.meta.resolve("@sluice/edge")),
  inference: beside(import.meta.resolve("@sluice/inference")),
  console: beside(import.meta.resolve("@sluice/console")),
  operator: beside(import.meta.resolve("@sluice/operator")),
} as const;
export type ProgramName = keyof typeof programs;
