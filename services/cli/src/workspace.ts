import { fileURLToPath } from "node:url";
import { UsageError } from "./failure.ts";

/** An image holds one bundle, its models beside it, and no other program. */
const isClone = import.meta.url.endsWith(".ts");
const home = new URL(isClone ? "../../../" : "./", import.meta.url);

/** Where things are in a clone, and the models in an image too. */
export const root: string = fileURLToPath(home);

const inRoot = (path: string) => fileURLToPath(new URL(path, home));

export const natsServer: string = inRoot(".sluice/bin/nats-server");
export const doctor: string = inRoot("tools/doctor.sh");
export const clips: string = inRoot("models/clips");
export const cloudCache: string = inRoot(".sluice/cache/cloud");
export const embedded = {
  edge: inRoot("models/street-edge.yaml"),
  cloud: inRoot("models/street-cloud.yaml"),
} as const;

/** The programs' packages: looked up when asked for, since an image holds none of them. */
const programs = {
  edge: () => import.meta.resolve("@sluice/edge"),
  inference: () => import.meta.resolve("@sluice/inference"),
  console: () => import.meta.resolve("@sluice/console"),
  operator: () => import.meta.resolve("@sluice/operator"),
} as const;
export type ProgramName = keyof typeof programs;

/** Path of a program, which is `main.ts` beside its package's index. */
export function programFile(name: ProgramName): string {
  if (!isClone) throw new UsageError(`${name} is not part of this image: run the image sluice-${name}`);
  return fileURLToPath(new URL("./main.ts", programs[name]()));
}
