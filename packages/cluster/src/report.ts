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
  /** Nothing follows from the status once it is stored; else the object is looked at again then. */
  readonly quiet?: boolean;
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

/** Writes what was found into the object's status, and events where conditions have changed. */
export class Reporter<T extends Conditioned> {
  readonly #options: ReporterOptions<T>;

  constructor(options: ReporterOptions<T>) {
    this.#options = options;
  }

  /** Returns the version that was written, if one was. */
  async report(object: Conditioned, report: Reconciled): Promise<string | undefined> {
    const { kube, resource, recorder, clock } = this.#options;
    const status = statusAfter(object, report, clock.wallMs()) as { conditions: Condition[] };
    const version = await writeStatus(kube, resource, object, status);
    const bad = report.outcome.kind === "failed" || report.outcome.kind === "stalled";
    for (const { type, ...is } of newsIn(object.status?.conditions, status.conditions)) {
      const warns = type === "Ready" ? bad : is.status === "False";
      const message = type === "Ready" ? is.message : `${type}: ${is.message}`;
      recorder.note({ resource, object, type: warns ? "Warning" : "Normal", reason: is.reason, message });
    }
    return version;
  }
}

/**
 * Conditions that are worth an event: `Ready` when anything of it changed; of the others those whose status or reason is
 * another one, and those that do not hold from the start, unless `Ready` gives the same reason.
 */
function newsIn(before: readonly Condition[] | undefined, after: readonly Condition[]): Condition[] {
  const ready = conditionOf(after, "Ready");
  return after.filter((is) => {
    const was = conditionOf(before, is.type);
    const same = was?.status === is.status && was.reason === is.reason;
    if (is.type === "Ready") return !same || was.message !== is.message;
    if (own.has(is.type) || same || is.reason === ready?.reason) return false;
    return was !== undefined || is.status === "False";
  });
}
