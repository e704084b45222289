#!/usr/bin/env node
// Runs the command on the workspace's Node 24, whichever node was found first in PATH.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const wanted = 24;
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const own = fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= wanted) {
  await import("../src/main.ts");
} else if (existsSync(own)) {
  const child = spawn(own, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends SIGINT to both; the child decides what it means, and this process waits for it.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
} else {
  process.stderr.write(
    `sluice needs Node ${wanted}; this is ${process.version}.\n  cure: run \`make setup\` in the clone\n`,
  );
  process.exitCode = 1;
}
