import { boards, dashboardOf } from "@sluice/dashboards";
import { describe, expect, test } from "vitest";
import { chart, niceTop } from "./chart.ts";
import type { Imported } from "./imported.ts";
import { page } from "./page.ts";
import { named, worded } from "./words.ts";

const span = { from: 0, to: 100, step: 10 };
const size = { width: 266, height: 128 };

test.each([
  [0.853, "percentunit", "85.3%"],
  [125_000, "Bps", "125 kB/s"],
  [65_536, "bytes", "64 KiB"],
  [0.0421, "s", "42.1 ms"],
  [0, "s", "0 s"],
  [1, "bool_yes_no", "Yes"],
  [5.25, "suffix:/s", "5.25 /s"],
  [10_500, "short", "10.5 k"],
])("%d in %s is %s", (value, unit, expected) => {
  expect(worded(value, unit)).toBe(expected);
});

test("a series is called by its labels", () => {
  expect(named("{{action}}: {{reason}}{{gone}}", { action: "skip", reason: "price" })).toBe("skip: price");
});

describe("a chart", () => {
  const lines = [
    {
      name: "a",
      points: [
        [0, 1],
        [10, 1],
        [50, 2],
      ],
    },
    {
      name: "b",
      points: [
        [0, 1],
        [10, 3],
      ],
    },
  ] as const;

  test("breaks lines at gaps, and shows a lone point as a dot", () => {
    const svg = chart(lines, { unit: "short", max: 4 }, span, size);
    expect(svg).toContain('d="M58 83L78 83" fill="none"');
    expect(svg).toContain('<circle cx="158" cy="58" r="2"');
  });

  test("stacks lines upon each other, each down to the one below", () => {
    const svg = chart(lines, { unit: "short", max: 4, custom: { stacking: { mode: "normal" } } }, span, size);
    expect(svg).toContain('d="M58 58L78 8L78 83L58 83Z"');
  });

  test("ends at a round number above the highest", () => {
    expect([0, 0.9, 2.1, 26, 99].map(niceTop)).toEqual([1, 1, 2.5, 50, 200]);
  });
});

test.each(boards)(
  "$name can be drawn: every panel at its place, in a unit that is known, or with what it says of nothing",
  (board) => {
    const imported = JSON.parse(JSON.stringify(dashboardOf(board))) as Imported;
    const panels = imported.panels.filter(({ type }) => type !== "row");
    const lines = [
      {
        name: "x<y",
        points: [
          [90, 0.5],
          [100, 1],
        ],
      },
    ] as const;
    const html = page(
      imported,
      panels.map((panel, i) => ({ panel, lines: i === 0 ? [] : lines })),
      span,
    );
    expect(html.match(/class="card"/g)).toHaveLength(panels.length);
    expect(html.match(/class="empty"/g)).toHaveLength(1);
    expect(html).toContain("x&lt;y");
    expect(html).not.toMatch(/NaN|undefined/);
  },
);
