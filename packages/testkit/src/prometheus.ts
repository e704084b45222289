import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const inPath = (program: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

/** Where Prometheus's own checker is; undefined where it is not installed. */
export const promtool: string | undefined = inPath("promtool");
/** Why a test that needs it is skipped. */
export const promtoolReason = "needs promtool: apt-get install prometheus";
