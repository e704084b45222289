import { expect, it } from "vitest";
import type { Cell, Found, Passage } from "./found.ts";
import { measuresOf } from "./measures.ts";
import { budgets, cellsAt, couldCarry, fusionWins, gainAt, meanGain } from "./sums.ts";
import { tables } from "./tables.ts";
import { compared } from "./ways.ts";

const passage: Passage = {
  network: "bus",
  lost: 0.02,
  needed: 1_000,
  carried: 2_000,
  passable: 1,
  sends: 10,
  late: 1,
  ownLate: 0,
  ageP95: 0.3,
};

/** A recording on which the optimum wins as much as given, and the decision half of it, give or take by seed. */
function cell(name: string, optimal: number): Cell {
  const way = { fused: [0.5 + optimal / 2], alone: 0.52 };
  const learned = { fused: [0.5 + 0.4 * optimal, 0.5 + 0.6 * optimal], alone: 0.52 };
  const ways = { ...Object.fromEntries(compared.map((policy) => [policy, way])), learned };
  const starts = { learned: 0.5 + optimal / 2, periodic: 0.55, alone: 0.52, never: 0.5 };
  return { name, never: 0.5, optimum: 0.5 + optimal, ways, starts, overBytes: 0, passages: [passage] };
}

const found: Found[] = budgets.map((budget) => ({
  group: "em",
  budget,
  cells: [cell("em-a", 0.1), cell("fd-vtest", 0.4)],
  fleet: {
    name: "em-a + fd-vtest",
    streams: 2,
    never: 0.5,
    optimum: 0.8,
    shared: [0.7],
    sharedEven: 0.68,
    equalBytes: [0.65],
    equalShare: [0.66],
    shares: [0.1, 0.3],
  },
}));

it("pools gains over recordings, so that one with little to win counts for little", () => {
  const cells = cellsAt(found, 10);
  expect(gainAt(cells, "learned")).toBeCloseTo(0.5);
  expect(gainAt(cells, "learned", 0)).toBeCloseTo(0.4);
  expect(gainAt(cells, "learned", 1)).toBeCloseTo(0.6);
  expect(gainAt([{ ...cells[0]!, ways: { learned: { fused: [0.5], alone: 0.5 } } }, cells[1]!], "learned")).toBeCloseTo(
    0.4,
  );
  expect(meanGain(found, "periodic")).toBeCloseTo(0.5);
  expect(fusionWins(cells[0]!)).toBeCloseTo(0.55 - 0.52);
});

it("asks of a link no more than it carries, frame by frame", () => {
  expect(couldCarry(passage)).toBe(true);
  expect(couldCarry({ ...passage, needed: 2_001 })).toBe(false);
  expect(couldCarry({ ...passage, passable: 0.9 })).toBe(false);
});

it("says in the findings what the tables show", () => {
  const value = (name: string) => measuresOf(found).find((measure) => measure.name === name)!.value;
  expect(value("RG, mean of the budgets")).toBeCloseTo(0.5);
  expect(value("A of fd-vtest at 10 %")).toBeCloseTo(0.7);
  expect(value("share of the fleet's optimum")).toBeCloseTo(2 / 3);
  expect(value("one budget for all streams, over the same bytes for each")).toBeCloseTo(0.05);
  expect(value("late")).toBeCloseTo(10);
  const text = tables(found);
  expect(text).toContain("| `learned`, all | .500 (.400 to .600) |");
  expect(text).toContain("| em-a, 10 % | **.020** · 0.50, 100 % · 0.30 s · 10 % |");
  expect(text).toContain("| em-a + fd-vtest, 2 % | .500 | .700 | .680 | .650 | .660 | .800 | .667 | 10 %, 30 % |");
});
