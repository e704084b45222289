import { statusAfter, Workqueue } from "@sluice/cluster";
import { asSluiceError, type SluiceError } from "@sluice/contracts";
import { type Clock, pause } from "@sluice/foundation";
import type { Nudge } from "../nudge.ts";
import { type PolicyDeps, reconcilePolicy } from "../policy/reconcile.ts";
import { retire } from "../policy/retire.ts";
import { sweep } from "../policy/sweep.ts";
import type { FileObjects } from "./objects.ts";

const sweepEveryMs = 5_000;

export interface LocalDeps extends PolicyDeps {
  readonly objects: FileObjects;
  readonly clock: Clock;
  readonly nudge: Nudge;
  readonly onProblem: (problem: SluiceError) => void;
  /** Told of each policy's status when it has changed. */
  readonly onStatus: (policy: string, status: object) => void;
}

/** Reconciles the policies of files until `signal` aborts: the same code as in a cluster, without one. */
export async function runLocal(deps: LocalDeps, signal: AbortSignal): Promise<void> {
  const { objects, clock, nudge } = deps;
  const queue = new Workqueue({ name: "policy", clock });
  const everyPolicy = () => [...objects.policies.keys()].forEach((key) => queue.add(key));
  const stops = [
    objects.subscribe((kind, key) => (kind === "OffloadPolicy" ? void queue.add(key) : everyPolicy())),
    nudge.subscribe(everyPolicy),
  ];
  signal.addEventListener("abort", () => void queue.stop(), { once: true });
  await Promise.all([objects.run(signal), work(queue, deps), sweeps(deps, signal)]);
  stops.forEach((stop) => stop());
}

async function work(queue: Workqueue, deps: LocalDeps): Promise<void> {
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    try {
      const afterMs = await look(key, deps);
      queue.forget(key);
      if (afterMs !== undefined) queue.addAfter(key, afterMs);
    } catch (error) {
      deps.onProblem(asSluiceError(error));
      queue.retry(key);
    }
    queue.done(key);
  }
}

/** One look at one policy; returns when the next one is due though nothing happened. */
async function look(key: string, deps: LocalDeps): Promise<number | undefined> {
  const { objects, clock } = deps;
  const policy = objects.policies.get(key);
  if (!policy) {
    const name = key.slice(key.indexOf("/") + 1);
    await retire(name, deps);
    objects.forget(name);
    return undefined;
  }
  const found = await reconcilePolicy(policy, deps);
  const status = statusAfter(policy, found, clock.wallMs());
  if (objects.setStatus(policy, status)) deps.onStatus(policy.metadata.name, status);
  const { outcome } = found;
  if (outcome.kind === "failed") throw asSluiceError(new Error(outcome.message));
  return "afterMs" in outcome ? outcome.afterMs : undefined;
}

async function sweeps({ objects, documents, clock, onProblem }: LocalDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sweep(objects, documents).catch((error: unknown) => onProblem(asSluiceError(error)));
    await pause(clock, sweepEveryMs, signal);
  }
}
