import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { repoRoot, tempDir } from "@sluice/testkit";
import { expect, test } from "vitest";

/** Opens the embedded small model in a process of its own, as a daemon does. */
const program = `
  import { openModel } from ${JSON.stringify(join(repoRoot, "packages/models/src/index.ts"))};
  const model = await openModel(${JSON.stringify(join(repoRoot, "models/street-edge.yaml"))}, { workers: 1, threads: 1 });
  await model.close();
`;

test("onnxruntime leaves no identifier and nothing to be uploaded: it tells its maker nothing", async () => {
  const [home, elsewhere] = [tempDir(), tempDir()];
  const file = join(elsewhere.path, "open.mjs");
  await writeFile(file, program);
  // It keeps silent under continuous integration by itself, which would prove nothing.
  const { CI: _, ORT_DISABLE_TELEMETRY: __, ...env } = process.env;
  const { stderr } = await promisify(execFile)(process.execPath, [file], {
    env: { ...env, HOME: home.path, XDG_CACHE_HOME: join(home.path, "cache") },
  });
  expect(stderr).toBe("");
  expect(await readdir(home.path, { recursive: true })).toEqual([]);
  await Promise.all([home.remove(), elsewhere.remove()]);
});
