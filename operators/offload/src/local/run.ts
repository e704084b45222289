import { type Outcome, Workqueue } from "@sluice/cluster";
import { asSluiceError } from "@sluice/contracts";
import { pause } from "@sluice/foundation";
import { sweep } from "../policy/sweep.ts";
import { type LocalDeps, looksOf } from "./looks.ts";
import { localNamespace } from "./objects.ts";

const sweepEveryMs = 5_000;

/** Reconciles the objects of files until `signal` aborts: the same code as in a cluster, without one. */
export async function runLocal(deps: LocalDeps, signal: AbortSignal): Promise<void> {
  const { objects, clock, nudge, replicas } = deps;
  const queue = new Workqueue({ name: "local", clock });
  const add = (kind: string, keys: Iterable<string>) => [...keys].forEach((key) => queue.add(`${kind} ${key}`));
  const policies = () => add("OffloadPolicy", objects.policies.keys());
  const models = () => add("InferenceModel", objects.models.keys());
  const stops = [
    objects.subscribe((kind, key) => {
      add(kind, [key]);
      policies();
      if (kind === "InferenceModel") add("InferenceBackend", objects.backends.keys());
    }),
    nudge.subscribe((names) => {
      add(
        "EdgeDevice",
        names.map((name) => `${localNamespace}/${name}`),
      );
      models();
      policies();
    }),
    replicas.subscribe(() => {
      add("InferenceBackend", objects.backends.keys());
      models();
    }),
  ];
  signal.addEventListener("abort", () => void queue.stop(), { once: true });
  await Promise.all([objects.run(signal), work(queue, deps), sweeps(deps, signal)]);
  stops.forEach((stop) => stop());
}

async function work(queue: Workqueue, deps: LocalDeps): Promise<void> {
  const looks = looksOf(deps);
  for (let id = await queue.take(); id !== undefined; id = await queue.take()) {
    const [kind, key] = id.split(" ") as [string, string];
    try {
      const outcome = await looks.get(kind)!(key);
      if (outcome?.kind === "failed") tryAgain(queue, id, outcome, deps);
      else queue.forget(id);
      if (outcome && "afterMs" in outcome && outcome.afterMs !== undefined) queue.addAfter(id, outcome.afterMs);
    } catch (error) {
      deps.onProblem(asSluiceError(error));
      queue.retry(id);
    }
    queue.done(id);
  }
}

function tryAgain(
  queue: Workqueue,
  id: string,
  { message, leastMs }: Outcome & { kind: "failed" },
  deps: LocalDeps,
): void {
  deps.onProblem(asSluiceError(new Error(`${id}: ${message}`)));
  queue.retry(id, leastMs);
}

async function sweeps({ objects, documents, clock, onProblem }: LocalDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sweep(objects, documents).catch((error: unknown) => onProblem(asSluiceError(error)));
    await pause(clock, sweepEveryMs, signal);
  }
}
