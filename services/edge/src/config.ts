import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  type EdgeConfig,
  type Environment,
  edgeConfigSchema,
  environmentSchema,
  readDocument,
  SluiceError,
  validate,
} from "@sluice/contracts";

/** Reads a device's configuration file; paths in it are relative to it. Throws `config-invalid` with every problem. */
export async function loadEdgeConfig(path: string): Promise<EdgeConfig> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new SluiceError("config-invalid", `${path}: ${cause.message}`, { cause });
  });
  return located(readDocument(text, edgeConfigSchema, path, "config-invalid"), dirname(resolve(path)));
}

/** The same configuration with every path made absolute. */
function located(config: EdgeConfig, directory: string): EdgeConfig {
  const streams = config.streams.map((stream) => {
    const [, scheme, path] = /^(file:|dir:)(.*)$/.exec(stream.source) ?? [];
    return path === undefined ? stream : { ...stream, source: `${scheme}${resolve(directory, path)}` };
  });
  const state = config.state === undefined ? {} : { state: resolve(directory, config.state) };
  return { ...config, ...state, model: resolve(directory, config.model), streams };
}

/** What the environment adds; throws `config-invalid`. */
export const loadEnvironment = (env: NodeJS.ProcessEnv): Environment =>
  validate(env, environmentSchema, "environment", "config-invalid");
