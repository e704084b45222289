import type { Measure } from "../measure.ts";
import { type Cell, type FleetCell, type Found, meanOf } from "./found.ts";
import { agreementAt, budgets, cellsAt, couldCarry, fused, fusionWins, gainAt, meanGain, seedsOf } from "./sums.ts";

/** How far a clip may fall below even sends or the edge alone, and an answer over a network below itself without one. */
const slack = 0.01;
const networkSlack = 0.03;
const wanted = { gain: 0.9, gainEach: 0.75, reference: "fd-vtest", at2: 0.83, at10: 0.92 };

const least = (cells: readonly Cell[], of: (cell: Cell) => number): number => Math.min(...cells.map(of));

export function measuresOf(found: readonly Found[]): Measure[] {
  const cells = found.flatMap((each) => each.cells);
  return [
    ...agreements(found),
    ...gains(found),
    atLeast(
      "worst against even sends",
      least(cells, ({ starts }) => starts.learned - starts.periodic),
      -slack,
    ),
    atLeast(
      "worst against even sends, begun at the first frame alone",
      least(cells, (c) => fused(c, "learned") - fused(c, "periodic")),
      -slack,
    ),
    atLeast(
      "worst against the edge alone",
      least(cells, (c) => fused(c, "learned") - c.never),
      -slack,
    ),
    atLeast("worst of fusion with even sends, against what it had without", least(cells, fusionWins), 0),
    ...references(found),
    {
      name: "bytes over budget",
      value: Math.max(0, ...cells.map((c) => c.overBytes)),
      unit: "B",
      target: { atMost: 0 },
    },
    ...passages(cells),
    ...fleets(found),
  ];
}

const atLeast = (name: string, value: number, target: number): Measure => ({
  name,
  value,
  unit: "F1",
  target: { atLeast: target },
});

const agreements = (found: readonly Found[]): Measure[] =>
  budgets.map((budget) => {
    const cells = cellsAt(found, budget);
    return atLeast(`A at ${budget} %`, agreementAt(cells, "learned"), agreementAt(cells, "periodic"));
  });

/** RG pooled over the recordings, with the range over the seeds. */
function gains(found: readonly Found[]): Measure[] {
  const seeds = seedsOf(found[0]!.cells[0]!);
  const range = (of: (seed: number) => number) => {
    const all = seeds.map(of);
    return { value: meanOf(all), spread: [Math.min(...all), Math.max(...all)] as const, unit: "of O3" };
  };
  const each = budgets.map((budget): Measure => {
    const cells = cellsAt(found, budget);
    const target = { atLeast: wanted.gainEach };
    return { name: `RG at ${budget} %`, ...range((seed) => gainAt(cells, "learned", seed)), target };
  });
  const mean = range((seed) => meanGain(found, "learned", seed));
  return [...each, { name: "RG, mean of the budgets", ...mean, target: { atLeast: wanted.gain } }];
}

function references(found: readonly Found[]): Measure[] {
  const at = (budget: number, target: number) =>
    cellsAt(found, budget, ({ name }) => name === wanted.reference).map((cell) =>
      atLeast(`A of ${cell.name} at ${budget} %`, fused(cell, "learned"), target),
    );
  return [...at(2, wanted.at2), ...at(10, wanted.at10)];
}

function passages(cells: readonly Cell[]): Measure[] {
  const all = cells.flatMap((cell) => cell.passages);
  if (all.length === 0) return [];
  const carried = all.filter(couldCarry);
  const ages = all.flatMap(({ ageP95 }) => ageP95 ?? []);
  return [
    {
      name: `most lost where a link could carry it (${carried.length} of ${all.length})`,
      value: Math.max(0, ...carried.map(({ lost }) => lost)),
      unit: "F1",
      target: { atMost: networkSlack },
    },
    { name: "late because of what was under way", value: shareOf(all, "ownLate"), unit: "%", target: { atMost: 0 } },
    { name: "late", value: shareOf(all, "late"), unit: "%" },
    { name: "age of a reply, p95, worst", value: Math.max(...ages), unit: "s" },
  ];
}

const shareOf = (all: Cell["passages"], of: "late" | "ownLate"): number =>
  (100 * all.reduce((sum, each) => sum + each[of], 0)) / all.reduce((sum, { sends }) => sum + sends, 0);

function fleets(found: readonly Found[]): Measure[] {
  const cells = found.map(({ fleet }) => fleet);
  const over = (of: (cell: FleetCell) => readonly number[]) =>
    meanOf(cells.map((cell) => meanOf(cell.shared) - meanOf(of(cell))));
  const won = cells.reduce((sum, { shared, never }) => sum + meanOf(shared) - never, 0);
  const optimal = cells.reduce((sum, { optimum, never }) => sum + optimum - never, 0);
  return [
    atLeast(
      "one budget for all streams, over the same bytes for each",
      over((c) => c.equalBytes),
      0,
    ),
    atLeast(
      "one budget for all streams, over the same share for each",
      over((c) => c.equalShare),
      0,
    ),
    { name: "share of the fleet's optimum", value: won / optimal, unit: "of O3" },
  ];
}
