import { metrics } from "@sluice/contracts";
import { boards, dashboardOf } from "@sluice/dashboards";
import { repoRoot } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { readRepository } from "../tidy/repository.ts";
import { namesIn } from "./names.ts";

const repository = readRepository(repoRoot);
const recorded = [...repository.files.get("deploy/alerts/recordings.yaml")!.text.matchAll(/record: (\S+)/g)];
const known = new Set([...Object.keys(metrics), ...recorded.map((hit) => hit[1]!), "up"]);

test("there is a dashboard for each of the SRE's questions", () => {
  expect(boards.map(({ name }) => name)).toEqual(["fleet", "backend", "rollout", "device"]);
});

test("the fleet's board asks for what is recorded, not for a series of each stream of ten thousand devices", () => {
  const [fleet] = boards;
  const asked = fleet!.rows
    .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries))
    .flatMap(({ expr }) => namesIn(expr));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !/^(job|instance):|^sluice_operator_/.test(name))).toEqual([]);
});

describe.each(boards)("the dashboard $name", (board) => {
  const panels = board.rows.flatMap((row) => row.panels);

  test("is what its file holds", () => {
    const { text } = repository.files.get(`deploy/dashboards/json/${board.name}.json`)!;
    expect(JSON.parse(text), "stale: run node deploy/dashboards/src/main.ts").toEqual(
      JSON.parse(JSON.stringify(dashboardOf(board))),
    );
  });

  test("asks for metrics that there are", () => {
    for (const { title, queries } of panels) {
      expect(queries.length, `queries of ${title}`).toBeGreaterThan(0);
      for (const { expr } of queries) {
        const names = namesIn(expr);
        expect(names.length, `${title}: ${expr}`).toBeGreaterThan(0);
        expect(names.filter((name) => !known.has(name))).toEqual([]);
      }
    }
  });

  test("offers every choice that a query makes, and none that none makes", () => {
    const text = panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)).join("\n");
    const used = new Set([...text.matchAll(/\$([a-z]+)/g)].map((hit) => hit[1]!));
    expect([...used].toSorted()).toEqual([...board.choices].toSorted());
  });

  test("explains every panel, and places none over another", () => {
    for (const { about } of panels) expect(about).toMatch(/^[A-Z].*[.]$/s);
    const { panels: placed } = JSON.parse(JSON.stringify(dashboardOf(board))) as {
      panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
    for (const { gridPos } of placed) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    const cells = placed.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
