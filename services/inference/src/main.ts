import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { asSluiceError, SluiceError } from "@sluice/contracts";
import { loadEnvironment, loadInferenceConfig } from "./config.ts";
import { type Inference, startInference } from "./start.ts";

const usage = "sluice inference --config FILE [--replica NAME]";
const text = { type: "string" } as const;

async function run(): Promise<void> {
  const { config: path, replica } = parseArgs({ options: { config: text, replica: text } }).values;
  if (path === undefined) throw new SluiceError("config-invalid", `usage: ${usage}`);
  const config = await loadInferenceConfig(path, replica);
  const environment = loadEnvironment(process.env);
  const starting = startInference(config, { baseDir: dirname(resolve(path)), environment });
  handleSignals(starting);
  const { url } = await starting;
  process.send?.({ kind: "ready", url });
}

/**
 * The first SIGTERM or SIGINT, or the end of the parent that started it with a channel, drains; the second ends the
 * process at once. SIGHUP reads the manifests again.
 */
function handleSignals(starting: Promise<Inference>): void {
  let isEnding = false;
  const end = () => {
    // `process.exit` during a run of the model would make the process abort with a crash report.
    if (isEnding) process.kill(process.pid, "SIGKILL");
    isEnding = true;
    close(starting).catch(fail);
  };
  for (const signal of ["SIGTERM", "SIGINT", "disconnect"] as const) process.on(signal, end);
  process.on("SIGHUP", () => void reload(starting).catch(fail));
}

async function close(starting: Promise<Inference>): Promise<void> {
  const service = await starting;
  await service.close();
  leave(0);
}

async function reload(starting: Promise<Inference>): Promise<void> {
  const service = await starting;
  await service.reload();
}

function fail(error: unknown): void {
  const { code, message, cure } = asSluiceError(error);
  process.stderr.write(`${code}: ${message}\n${cure}\n`);
  leave(1);
}

/** Nothing runs any more: the process ends by itself once the channel to its parent is gone. */
function leave(exitCode: number): void {
  process.exitCode = exitCode;
  process.removeAllListeners("disconnect");
  if (process.connected) process.disconnect();
}

run().catch(fail);
