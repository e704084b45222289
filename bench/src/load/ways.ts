import { replicasNeeded } from "@sluice/batching";
import type { Prng } from "@sluice/foundation";
import type { Agenda } from "./agenda.ts";
import { Autoscaler, byCpu, byTotal } from "./autoscaler.ts";
import type { Deployment } from "./deployment.ts";

/** How the number of replicas comes about. */
export type Way =
  | { readonly kind: "fixed"; readonly replicas: number }
  /** Sluice: what the operator says is needed for requests to wait so long, through Prometheus and KEDA. */
  | { readonly kind: "need"; readonly targetDelayMs: number }
  /** A HorizontalPodAutoscaler on the processor time that pods use, as a share of what they request. */
  | { readonly kind: "cpu"; readonly target: number };

export const nameOf = (way: Way): string => {
  if (way.kind === "fixed") return `fixed, ${way.replicas}`;
  return way.kind === "need" ? `need, ${way.targetDelayMs} ms` : `CPU, ${Math.round(100 * way.target)} %`;
};

/** What stands between a load and the replicas for it. */
export interface Setting {
  readonly min: number;
  readonly max: number;
  readonly cooldownMs: number;
  /** How often Prometheus scrapes the operator, and the autoscaler looks. */
  readonly scrapeMs: number;
  readonly syncMs: number;
  /** Time in which a backlog should be gone, as the operator assumes. */
  readonly reactMs: number;
}

/** Replicas say their load, and the operator what is needed, as often as this. */
const saidMs = 1_000;

interface Surroundings {
  readonly agenda: Agenda;
  readonly prng: Prng;
  readonly setting: Setting;
}

/** Lets a deployment follow the load in this way. None of the parts knows when the others look. */
export function follow(way: Way, deployment: Deployment, around: Surroundings): void {
  if (way.kind === "fixed") return;
  const desired = way.kind === "need" ? byNeed(way.targetDelayMs, deployment, around) : byUse(way.target, deployment);
  const { agenda, prng, setting } = around;
  const autoscaler = new Autoscaler({ min: setting.min, max: setting.max, windowMs: setting.cooldownMs });
  agenda.every(setting.syncMs, prng.next() * setting.syncMs, () => {
    const wanted = desired();
    if (wanted !== undefined) deployment.scaleTo(autoscaler.next(wanted, deployment.count, agenda.nowMs));
  });
}

type Desired = () => number | undefined;

const byUse =
  (target: number, deployment: Deployment): Desired =>
  () =>
    byCpu(deployment.uses, target, deployment.count);

/** What is read is as old as the last scrape, and what was scraped as the last word of the replicas. */
function byNeed(targetDelayMs: number, deployment: Deployment, { agenda, prng, setting }: Surroundings): Desired {
  const { scrapeMs, reactMs } = setting;
  let [said, gauge, scraped]: (number | undefined)[] = [];
  agenda.every(saidMs, prng.next() * saidMs, () => {
    gauge = said;
    said = replicasNeeded(deployment.loads, { targetDelayMs, reactMs });
  });
  agenda.every(scrapeMs, prng.next() * scrapeMs, () => {
    scraped = gauge;
  });
  return () => (scraped === undefined ? undefined : byTotal(scraped, 1, deployment.count));
}
