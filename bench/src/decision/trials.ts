import { best, bytesOfAll, hindsight, type Losses, type Network, rungsBySize, type Trace } from "@sluice/replay";
import { fleetCellOf } from "./fleet.ts";
import { type Group, traceOf } from "./footage.ts";
import type { Cell, Found } from "./found.ts";
import { networks, passagesOf } from "./passages.ts";
import { startsOf } from "./starts.ts";
import { attempt, neverOf, waysOf } from "./ways.ts";

/** Budgets, per cent, that are also tried over networks. */
const overNetworks: readonly number[] = [10, 30];
/** The optimum may leave gaps of so many times the mean distance of sends. */
const longestGap = 15;

export interface Trial {
  readonly group: Group;
  /** Per cent. */
  readonly budget: number;
  readonly seeds: number;
}

/** Tries everything on one group of recordings under one budget. */
export async function tryAll({ group, budget, seeds }: Trial): Promise<Found> {
  const share = budget / 100;
  const links = overNetworks.includes(budget) ? networks() : new Map<string, Network>();
  const traces = new Map<string, Trace>();
  for (const recording of group.recordings) traces.set(recording.name, await traceOf(recording));
  const losses = new Map([...traces].map(([name, trace]) => [name, lossesOf(trace, share)]));
  return {
    group: group.name,
    budget,
    cells: [...traces].map(([name, trace]) => cellOf(name, trace, losses.get(name)!, { share, seeds, links })),
    fleet: fleetCellOf(
      group.fleet.join(" + "),
      group.fleet.map((name) => traces.get(name)!),
      group.fleet.map((name) => losses.get(name)!),
      share,
      seeds,
    ),
  };
}

/** What hindsight knows of a recording after the decision's own run. */
function lossesOf(trace: Trace, share: number): Losses {
  const own = attempt(trace, { policy: "learned", budget: { share }, seed: 1 });
  const longest = Math.ceil(longestGap / share);
  return hindsight(trace, own, rungsBySize(trace.header).slice(0, 1), undefined, longest).O3[0]!;
}

interface Setting {
  readonly share: number;
  readonly seeds: number;
  readonly links: ReadonlyMap<string, Network>;
}

function cellOf(name: string, trace: Trace, losses: Losses, { share, seeds, links }: Setting): Cell {
  const allowedBytes = share * bytesOfAll(trace);
  return {
    name,
    never: neverOf(trace),
    optimum: 1 - best([losses], allowedBytes).leastLoss / trace.frames.length,
    ...waysOf(trace, share, allowedBytes, seeds),
    starts: startsOf(trace, share),
    passages: passagesOf(trace, share, links),
  };
}
