import { type Source, TokenBuckets } from "@sluice/cluster";
import type { Clock } from "@sluice/foundation";
import { shownOf, turns } from "../device/turns.ts";
import { named } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { KubeObjects } from "./objects.ts";

/** So few that ten thousand devices are no load; who has a turn is looked at this often. */
const renewals = { burst: 50, everyMs: 5_000, maxBuckets: 1 } as const;
const lookEveryMs = 2_000;

interface TurnsDeps {
  readonly objects: KubeObjects;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** Turns of devices whose statuses are to tell of another rate: as a source of looks, and what each may tell, once. */
export function turnsOf({ objects, telemetry, clock }: TurnsDeps) {
  const buckets = new TokenBuckets(clock, renewals);
  const budgetOf = (policy: string) => named(objects.policies, objects, policy)?.spec.budget.rate ?? 0;
  let due = new Map<string, number>();
  const look = () => {
    const nowMs = clock.monotonicMs();
    const shown = [...objects.devices.values()].flatMap((device) => shownOf(device, telemetry, nowMs));
    if (telemetry.settled(nowMs)) due = turns(shown, budgetOf, () => buckets.take("leases"));
  };
  const subscribe: Source["subscribe"] = (enqueue) => {
    let cancel = () => {};
    const again = () => {
      look();
      for (const device of due.keys()) enqueue(`${objects.namespace}/${device}`);
      cancel = clock.after(lookEveryMs, again);
    };
    again();
    return () => cancel();
  };
  const take = (device: string): number | undefined => {
    const rate = due.get(device);
    due.delete(device);
    return rate;
  };
  return { source: { whenSynced: () => Promise.resolve(), subscribe } satisfies Source, take };
}
