import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../until.ts";

test("make cluster-api prints how to reach its API server, and forgets everything in the end", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "cluster-api.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  try {
    const path = await until(() => /KUBECONFIG=(\S+)/.exec(said)?.[1], {
      timeoutMs: 60_000,
      what: "the KUBECONFIG line",
    });
    expect(existsSync(path)).toBe(true);
    child.kill("SIGINT");
    await until(() => child.exitCode === 0, { timeoutMs: 20_000, what: "its end" });
    expect(existsSync(dirname(path))).toBe(false);
  } finally {
    child.kill("SIGKILL");
  }
});
