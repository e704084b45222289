import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Found } from "./found.ts";
import type { Trial } from "./trials.ts";

/** Tries everything in threads, as many as there are cores; `done` is told of each that is over. Order is that given. */
export async function tryInThreads(trials: readonly Trial[], done: (trial: Trial) => void): Promise<Found[]> {
  const found: Found[] = [];
  let next = 0;
  const work = async () => {
    for (let i = next++; i < trials.length; i = next++) {
      found[i] = await inThread(trials[i]!);
      done(trials[i]!);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return found;
}

function inThread(trial: Trial): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: trial });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a trial of ${trial.group.name} ended with ${code}`)));
  });
}
