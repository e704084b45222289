import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@sluice/foundation";
import { createLogger, createMetrics } from "@sluice/observability";
import { State } from "./state.ts";

/** Runs where it may mount: a state on a disk that is full, then is not, then is read-only. Prints what it saw. */
const directory = process.argv[2]!;
const kind = { version: 1, parse: (value: unknown) => value };
const logger = createLogger("disk", "silent");
const open = () => State.open({ directory, clock: systemClock, logger, metrics: createMetrics() });
const mount = (...options: string[]) => spawnSync("mount", [...options, directory], { stdio: "inherit" });

mount("-t", "tmpfs", "-o", "size=256k", "none");
const state = await open();
state.save("a", kind, { count: 1 });
await state.flush();
const ballast = join(directory, "ballast");
try {
  writeFileSync(ballast, Buffer.alloc(1 << 20));
} catch {
  // The disk is full now, which was the purpose.
}
state.save("large", kind, "x".repeat(60_000));
const whenFull = {
  flushed: await state.flush(),
  problem: state.problem?.code ?? null,
  kept: (state.load("a", kind) as { count: number }).count,
};
rmSync(ballast);
state.save("b", kind, { count: 2 });
const withSpaceAgain = { flushed: await state.flush(), problem: state.problem?.code ?? null };
await state.close();

mount("-o", "remount,ro");
const later = await open();
const problem = later.problem?.code ?? null;
const loaded = later.load("a", kind);
later.save("a", kind, { count: 2 });
const readOnly = { problem, flushed: await later.flush(), loaded };
await later.close();
process.stdout.write(JSON.stringify({ whenFull, withSpaceAgain, readOnly }));
