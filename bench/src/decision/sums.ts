import type { PolicyName } from "@sluice/contracts";
import { type Cell, type Found, meanOf, type Way } from "./found.ts";

export const budgets = [2, 5, 10, 20, 30, 50] as const;

/** Which cells, of one budget, are pooled. */
export type Pick = (cell: Cell) => boolean;
export const everything: Pick = () => true;

export const cellsAt = (found: readonly Found[], budget: number, pick = everything): Cell[] =>
  found.filter((each) => each.budget === budget).flatMap(({ cells }) => cells.filter(pick));

export const fused = (cell: Cell, policy: PolicyName, seed?: number): number => {
  const scores = cell.ways[policy]!.fused;
  return seed === undefined ? meanOf(scores) : scores[seed % scores.length]!;
};

export const agreementAt = (cells: readonly Cell[], policy: PolicyName, by: keyof Way = "fused"): number =>
  meanOf(cells.map((cell) => (by === "fused" ? fused(cell, policy) : cell.ways[policy]!.alone)));

/** RG of pooled gains: what the cells won together over the edge alone, as a share of what their optima would have. */
export function gainAt(cells: readonly Cell[], policy: PolicyName, seed?: number): number {
  const won = cells.reduce((sum, cell) => sum + fused(cell, policy, seed) - cell.never, 0);
  return won / cells.reduce((sum, { optimum, never }) => sum + optimum - never, 0);
}

export const seedsOf = (cell: Cell): number[] => [...cell.ways.learned!.fused.keys()];

/** Mean over the budgets of the pooled RG. */
export const meanGain = (found: readonly Found[], policy: PolicyName, seed?: number, pick = everything): number =>
  meanOf(budgets.map((budget) => gainAt(cellsAt(found, budget, pick), policy, seed)));

/** A link that could carry the budget: more than is asked of it, and nearly every frame alone in time. */
export const couldCarry = ({ needed, carried, passable }: Cell["passages"][number]): boolean =>
  carried >= needed && passable >= 0.95;

/** What fusion wins with even sends over the better of the edge alone and of each reply for its own frame. */
export const fusionWins = ({ starts }: Cell): number => starts.periodic - Math.max(starts.never, starts.alone);
