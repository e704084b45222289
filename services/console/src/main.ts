import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  asSluiceError,
  type ConsoleConfig,
  consoleConfigSchema,
  environmentSchema,
  readDocument,
  SluiceError,
  validate,
} from "@sluice/contracts";
import { startConsole } from "./console.ts";

const usage = "usage: sluice console --config FILE, or --nats URL[,URL] [--port N] [--host ADDRESS]";

/** Runs the console until it is told to stop. */
async function main(): Promise<void> {
  const environment = validate(process.env, environmentSchema, "environment", "config-invalid");
  const console = await startConsole(await readConfig(), { environment });
  const stop = () => void console.close().then(() => process.exit(0), fail);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  process.on("disconnect", stop);
  process.send?.({ kind: "ready", url: console.url });
}

async function readConfig(): Promise<ConsoleConfig> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { config: text, nats: text, port: text, host: text } });
  const { config: path, nats, port, host } = values;
  if (path === undefined && nats === undefined) throw new SluiceError("config-invalid", usage);
  if (path !== undefined) return readDocument(await readText(path), consoleConfigSchema, path, "config-invalid");
  const http = { ...(host !== undefined && { host }), ...(port !== undefined && { port: Number(port) }) };
  return validate({ http, nats: { servers: nats?.split(",") } }, consoleConfigSchema, "arguments", "config-invalid");
}

const readText = (path: string) =>
  readFile(path, "utf8").catch((cause: Error) => {
    throw new SluiceError("config-invalid", `${path}: ${cause.message}`, { cause });
  });

function fail(cause: unknown): void {
  const { code, message, cure } = asSluiceError(cause);
  process.stderr.write(`${code}: ${message}\n${cure}\n`);
  process.exit(1);
}

main().catch(fail);
