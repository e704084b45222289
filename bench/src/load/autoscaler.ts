/**
 * What Kubernetes' HorizontalPodAutoscaler does, as of 1.34: pkg/controller/podautoscaler/replica_calculator.go and
 * horizontal.go, with the defaults of its config/v1alpha1/defaults.go and of pkg/apis/autoscaling/v2/defaults.go.
 */
export const syncMs = 15_000;
const tolerance = 0.1;
/** Scale-up in one period: so many pods, or a doubling, whichever is more. Scale-down has no such limit. */
const upLimit = { pods: 4, factor: 2, periodMs: 15_000 };

const isWithin = (ratio: number): boolean => Math.abs(1 - ratio) <= tolerance;

/** A metric of the whole, of which each pod should have `target` (`AverageValue`): GetExternalPerPodMetricReplicas. */
export function byTotal(total: number, target: number, current: number): number {
  return isWithin(total / (target * current)) ? current : Math.ceil(total / target);
}

/** Cores that a pod uses, of the one that it requests; undefined while it is unready or was not measured for a whole window. */
export type Use = number | undefined;

/**
 * Replicas so that pods use `target` of what they request: GetResourceReplicas. Pods without a measure count as idle when
 * more are needed, and not at all when fewer are. Undefined where no pod was measured: the number stays.
 */
export function byCpu(uses: readonly Use[], target: number, current: number): number | undefined {
  const measured = uses.filter((use) => use !== undefined);
  if (measured.length === 0) return undefined;
  const total = measured.reduce((sum, use) => sum + use, 0);
  const ratio = total / measured.length / target;
  const unready = uses.length - measured.length;
  if (unready === 0 || ratio <= 1) return isWithin(ratio) ? current : Math.ceil(ratio * measured.length);
  const diluted = total / uses.length / target;
  if (isWithin(diluted) || diluted < 1) return current;
  const wanted = Math.ceil(diluted * uses.length);
  return wanted < current ? current : wanted;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Time over which a lesser need is not believed yet (`stabilizationWindowSeconds` of scale-down). */
  readonly windowMs: number;
}

/** Turns what is desired at each sync into the number of replicas: the highest of the window, and no more than may be added. */
export class Autoscaler {
  readonly #bounds: Bounds;
  #desired: { readonly atMs: number; readonly count: number }[] = [];
  #added: { readonly atMs: number; readonly count: number }[] = [];

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  next(desired: number, current: number, nowMs: number): number {
    const { min, max, windowMs } = this.#bounds;
    this.#desired = [...this.#desired.filter(({ atMs }) => atMs > nowMs - windowMs), { atMs: nowMs, count: desired }];
    const highest = Math.max(...this.#desired.map(({ count }) => count));
    const stabilised = desired >= current ? desired : Math.min(current, highest);
    const count = Math.min(Math.max(min, Math.min(stabilised, max)), this.#mostNow(current, nowMs));
    if (count > current) this.#added.push({ atMs: nowMs, count: count - current });
    return count;
  }

  #mostNow(current: number, nowMs: number): number {
    this.#added = this.#added.filter(({ atMs }) => atMs > nowMs - upLimit.periodMs);
    const before = current - this.#added.reduce((sum, { count }) => sum + count, 0);
    return Math.max(current, before + upLimit.pods, Math.ceil(before * upLimit.factor));
  }
}
