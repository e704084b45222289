import type { Condition } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { conditionOf, conditionsAfter, type Finding } from "./conditions.ts";
import type { Recorder } from "./events.ts";
import type { Kube } from "./kube.ts";
import { writeStatus } from "./objects.ts";
import { findingsOf, type Outcome } from "./outcome.ts";
import type { KubeObject, Resource } from "./resource.ts";

/** An object whose status has conditions. */
export interface Conditioned extends KubeObject {
  readonly status?:
    | { readonly conditions?: readonly Condition[] | undefined; readonly observedGeneration?: number | undefined }
    | undefined;
}

/** What one reconciliation found. */
export interface Reconciled {
  readonly outcome: Outcome;
  /** The status's own fields, all of them; conditions and observedGeneration are added. */
  readonly status?: object;
  /** Conditions beside `Ready`, `Reconciling` and `Stalled`. */
  readonly findings?: readonly Finding[];
}

export interface ReporterOptions<T extends Conditioned> {
  readonly kube: Kube;
  readonly resource: Resource<T>;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

const own = new Set(["Ready", "Reconciling", "Stalled"]);

/** The status after `report`: without a status of its own, what an earlier one found is kept. */
export function statusAfter(object: Conditioned, report: Reconciled, nowMs: number): object {
  const { outcome, status, findings = [] } = report;
  const before = object.status?.conditions;
  const fresh = conditionsAfter(before, [...findingsOf(outcome), ...findings], object.metadata.generation, nowMs);
  const kept = status ? [] : (before ?? []).filter(({ type }) => !own.has(type) && !conditionOf(fresh, type));
  const observedGeneration = object.metadata.generation;
  return { ...(status ?? object.status), observedGeneration, conditions: [...fresh, ...kept] };
}

/** Writes what was found into the object's status, and an event where `Ready` has changed. */
export class Reporter<T extends Conditioned> {
  readonly #options: ReporterOptions<T>;

  constructor(options: ReporterOptions<T>) {
    this.#options = options;
  }

  async report(object: Conditioned, report: Reconciled): Promise<void> {
    const { kube, resource, recorder, clock } = this.#options;
    const status = statusAfter(object, report, clock.wallMs()) as { conditions: Condition[] };
    await writeStatus(kube, resource, object, status);
    const [was, is] = [conditionOf(object.status?.conditions, "Ready"), conditionOf(status.conditions, "Ready")];
    if (!is || (was?.status === is.status && was.reason === is.reason && was.message === is.message)) return;
    const bad = report.outcome.kind === "failed" || report.outcome.kind === "stalled";
    recorder.note({ resource, object, type: bad ? "Warning" : "Normal", reason: is.reason, message: is.message });
  }
}
