import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import {
  asSluiceError,
  environmentSchema,
  type OperatorConfig,
  operatorConfigSchema,
  readDocument,
  SluiceError,
  validate,
} from "@sluice/contracts";
import { startLocalOperator } from "./local/operator.ts";
import { startOperator } from "./operator.ts";

/** Runs one replica until it is told to stop, or until another one may lead. */
async function main(): Promise<void> {
  const environment = validate(process.env, environmentSchema, "environment", "config-invalid");
  const identity = `${hostname().slice(0, 40)}-${randomUUID().slice(0, 8)}`;
  const config = await readConfig();
  const { files } = config;
  const operator = files
    ? await startLocalOperator({ ...config, files }, environment, (text) => process.send?.({ kind: "news", text }))
    : await startOperator(config, { environment, identity });
  const stop = () => void operator.close().then(() => process.exit(0), fail);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  process.on("disconnect", stop);
  process.send?.({ kind: "ready", url: operator.url });
  // Nothing that was under way may go on: whoever starts this process again gets a clean one.
  if ((await operator.ended) === "lost") process.exit(1);
}

async function readConfig(): Promise<OperatorConfig> {
  const { config: path } = parseArgs({ options: { config: { type: "string" } } }).values;
  if (path === undefined) throw new SluiceError("config-invalid", "usage: sluice operator --config FILE");
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new SluiceError("config-invalid", `${path}: ${cause.message}`, { cause });
  });
  return readDocument(text, operatorConfigSchema, path, "config-invalid");
}

function fail(cause: unknown): void {
  const { code, message, cure } = asSluiceError(cause);
  process.stderr.write(`${code}: ${message}\n${cure}\n`);
  process.exit(1);
}

main().catch(fail);
