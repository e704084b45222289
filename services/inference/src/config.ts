import { readFile } from "node:fs/promises";
import {
  type Environment,
  environmentSchema,
  type InferenceConfig,
  inferenceConfigSchema,
  readDocument,
  SluiceError,
  validate,
} from "@sluice/contracts";

/** Reads the service's configuration file. Throws `config-invalid` with every problem. */
export async function loadInferenceConfig(path: string): Promise<InferenceConfig> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new SluiceError("config-invalid", `${path}: ${cause.message}`, { cause });
  });
  return readDocument(text, inferenceConfigSchema, path, "config-invalid");
}

/** What the environment adds; throws `config-invalid`. */
export const loadEnvironment = (env: NodeJS.ProcessEnv): Environment =>
  validate(env, environmentSchema, "environment", "config-invalid");
