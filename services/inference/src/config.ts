import { readFile } from "node:fs/promises";
import {
  type Environment,
  environmentSchema,
  type InferenceConfig,
  inferenceConfigSchema,
  nameSchema,
  readDocument,
  SluiceError,
  validate,
} from "@sluice/contracts";

/**
 * Reads the service's configuration file; `replica` comes before the name in it, since pods share one file. Throws
 * `config-invalid` with every problem.
 */
export async function loadInferenceConfig(path: string, replica?: string): Promise<InferenceConfig> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new SluiceError("config-invalid", `${path}: ${cause.message}`, { cause });
  });
  const config = readDocument(text, inferenceConfigSchema, path, "config-invalid");
  if (replica === undefined) return config;
  return { ...config, replica: validate(replica, nameSchema, "--replica", "config-invalid") };
}

/** What the environment adds; throws `config-invalid`. */
export const loadEnvironment = (env: NodeJS.ProcessEnv): Environment =>
  validate(env, environmentSchema, "environment", "config-invalid");
