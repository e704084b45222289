import type { PolicyName } from "@sluice/contracts";
import { type Cell, type FleetCell, type Found, meanOf, type Passage } from "./found.ts";
import * as sums from "./sums.ts";
import { compared } from "./ways.ts";

const { budgets, cellsAt, fused } = sums;

const figure = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, "$1.");
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...body.map(row)].join("\n");
const perBudget = budgets.map((budget) => `${budget} %`);

/** Every table, each between marks that name it. */
export function tables(found: readonly Found[]): string {
  const all: Record<string, string> = {
    agreement: agreement(found),
    gain: gain(found),
    starts: starts(found),
    policies: policies(found),
    fusion: fusion(found),
    network: network(found),
    fleet: fleet(found),
  };
  return Object.entries(all)
    .map(([name, text]) => `<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->\n`)
    .join("\n");
}

const names = (found: readonly Found[]): string[] => cellsAt(found, budgets[0]).map(({ name }) => name);
const cellOf = (found: readonly Found[], name: string, budget: number): Cell =>
  cellsAt(found, budget, (cell) => cell.name === name)[0]!;

/** Decision / even sends / optimum, by recording. */
function agreement(found: readonly Found[]): string {
  const three = (learned: number, periodic: number, optimum: number) =>
    [learned, periodic, optimum].map(figure).join(" / ");
  const body = names(found).map((name) => [
    name,
    figure(cellOf(found, name, budgets[0]).never),
    ...budgets.map((budget) => {
      const cell = cellOf(found, name, budget);
      return three(fused(cell, "learned"), fused(cell, "periodic"), cell.optimum);
    }),
  ]);
  const means = budgets.map((budget) => {
    const cells = cellsAt(found, budget);
    const optimum = meanOf(cells.map((cell) => cell.optimum));
    return three(sums.agreementAt(cells, "learned"), sums.agreementAt(cells, "periodic"), optimum);
  });
  const never = meanOf(cellsAt(found, budgets[0]).map((cell) => cell.never));
  return table(["", "never", ...perBudget], [...body, ["**mean**", figure(never), ...means]]);
}

/** RG with its range over the seeds; the embedded clips, which fusion's first weights come from, and the others. */
function gain(found: readonly Found[]): string {
  const seeds = sums.seedsOf(found[0]!.cells[0]!);
  const embedded: sums.Pick = ({ name }) => name.startsWith("em-");
  const lines: [string, PolicyName, sums.Pick][] = [
    ["`learned`, all", "learned", sums.everything],
    ["`periodic`, all", "periodic", sums.everything],
    ["`learned`, embedded clips", "learned", embedded],
    ["`periodic`, embedded clips", "periodic", embedded],
    ["`learned`, public clips", "learned", (cell) => !embedded(cell)],
    ["`periodic`, public clips", "periodic", (cell) => !embedded(cell)],
  ];
  const ranged = (of: (seed: number) => number) => {
    const each = seeds.map(of);
    const [low, high] = [Math.min(...each), Math.max(...each)];
    return high - low < 5e-4 ? figure(meanOf(each)) : `${figure(meanOf(each))} (${figure(low)} to ${figure(high)})`;
  };
  const body = lines
    .filter(([, , pick]) => cellsAt(found, budgets[0], pick).length > 0)
    .map(([name, policy, pick]) => [
      name,
      ...budgets.map((budget) => ranged((seed) => sums.gainAt(cellsAt(found, budget, pick), policy, seed))),
      ranged((seed) => sums.meanGain(found, policy, seed, pick)),
    ]);
  return table(["", ...perBudget, "mean"], body);
}

/** Decision / even sends, mean of beginnings of the same recording. */
function starts(found: readonly Found[]): string {
  const body = names(found).map((name) => [
    name,
    ...budgets.map((budget) => {
      const { learned, periodic } = cellOf(found, name, budget).starts;
      return [learned, periodic].map(figure).join(" / ");
    }),
  ]);
  return table(["", ...perBudget], body);
}

/** Mean A of every policy, with this fusion / each reply for its own frame only. */
const policies = (found: readonly Found[]): string =>
  table(
    ["", ...perBudget, "RG, mean"],
    compared.map((policy) => [
      `\`${policy}\``,
      ...budgets.map((budget) => {
        const cells = cellsAt(found, budget);
        return [sums.agreementAt(cells, policy), sums.agreementAt(cells, policy, "alone")].map(figure).join(" / ");
      }),
      figure(sums.meanGain(found, policy)),
    ]),
  );

/** What fusion wins with even sends over the better of the edge alone and of each reply for its own frame. */
const fusion = (found: readonly Found[]): string =>
  table(
    ["", ...perBudget],
    names(found).map((name) => [
      name,
      ...budgets.map((budget) => figure(sums.fusionWins(cellOf(found, name, budget)))),
    ]),
  );

/** What networks cost. */
function network(found: readonly Found[]): string {
  const cells = found.flatMap((each) => each.cells.map((cell) => ({ budget: each.budget, ...cell })));
  const over = cells.filter(({ passages }) => passages.length > 0);
  if (over.length === 0) return "No network traces were at hand.";
  const links = over[0]!.passages.map((passage) => passage.network);
  const text = (passage: Passage) =>
    [
      sums.couldCarry(passage) ? `**${figure(passage.lost)}**` : figure(passage.lost),
      `${(passage.needed / passage.carried).toFixed(2)}, ${percent(passage.passable)}`,
      `${passage.ageP95?.toFixed(2) ?? "-"} s`,
      percent(passage.late / Math.max(1, passage.sends)),
    ].join(" · ");
  const body = over.map(({ name, budget, passages }) => [`${name}, ${budget} %`, ...passages.map(text)]);
  return table(["", ...links], body);
}

/** Several streams under one budget, and with budgets of their own. */
function fleet(found: readonly Found[]): string {
  const optimal = ({ shared, never, optimum }: FleetCell) => (meanOf(shared) - never) / (optimum - never);
  const body = found.map(({ budget, fleet: cell }) => [
    `${cell.name}, ${budget} %`,
    figure(cell.never),
    ...[meanOf(cell.shared), cell.sharedEven, meanOf(cell.equalBytes), meanOf(cell.equalShare), cell.optimum].map(
      figure,
    ),
    figure(optimal(cell)),
    cell.shares.map(percent).join(", "),
  ]);
  const head = [
    "",
    "never",
    "one budget",
    "one, `periodic`",
    "same bytes each",
    "same share each",
    "O3",
    "of O3",
    "took",
  ];
  return table(head, body);
}
