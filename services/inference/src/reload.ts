import { readFile } from "node:fs/promises";
import { asSluiceError, modelSchema, readDocument, SluiceError } from "@sluice/contracts";
import type { Logger, Metrics } from "@sluice/observability";
import type { Pipeline } from "./pipeline.ts";

/** Brings in new versions of the served models. One that is no good leaves the last good one in place. */
export class Reloads {
  /** What is wrong with the newest manifest, by model. */
  readonly problems = new Map<string, SluiceError>();
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  constructor({ logger, metrics }: { logger: Logger; metrics: Metrics }) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** Reads the manifest again and swaps the model. Never throws: the outcome is in log, metrics and `problems`. */
  async reload(pipeline: Pipeline, manifest: string): Promise<void> {
    const { name } = pipeline;
    try {
      await checkName(manifest, name);
      await pipeline.slot.swap(manifest);
      pipeline.forecast.forget();
      pipeline.workload.forget();
      this.problems.delete(name);
      this.#logger.info({ model: name, digest: pipeline.slot.model.digest }, "model reloaded");
    } catch (cause) {
      const error = asSluiceError(cause, "model-unloadable");
      this.problems.set(name, error);
      this.#logger.error({ model: name, code: error.code, cure: error.cure, manifest }, error.message);
    }
    this.#metrics.set("sluice_inference_model_stale", { model: name }, this.problems.has(name) ? 1 : 0);
  }
}

/** Requests name the model, so that another name is another service. */
async function checkName(path: string, name: string): Promise<void> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new SluiceError("model-unreadable", `${path}: ${cause.message}`, { cause });
  });
  const { metadata } = readDocument(text, modelSchema, path, "manifest-invalid");
  if (metadata.name !== name) {
    throw new SluiceError(
      "manifest-invalid",
      `${path}: metadata.name is ${metadata.name}, this process serves ${name}`,
    );
  }
}
