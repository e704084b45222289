import { expect, test } from "vitest";
import { type Axis, plot } from "./plot.ts";

const minutes: Axis = { label: "minutes", ticks: [0, 5, 10], text: String };
const shares: Axis = { label: "<lost>", ticks: [0.001, 0.1], text: (share) => `${share}`, logarithmic: true };

test("points lie between the ticks, by factors where the scale is logarithmic, and at the edge where they are beyond", () => {
  const points = [[0, 0.001], [5, 0.01], undefined, [10, 5]] as const;
  const svg = plot("A & B", [{ x: minutes, y: shares, height: 160, series: [{ name: "a", tone: "own", points }] }]);
  expect(svg).toContain('d="M64 126L433 76M802 26"');
  expect(svg).toContain("&lt;lost>");
  expect(svg).toContain('aria-label="A &amp; B"');
});

test("marks stand at their points, an area reaches the foot, and the legend names each series once", () => {
  const rival = { name: "rival", tone: "rival", points: [[5, 0.01]], marks: ["50 %"] } as const;
  const ground = {
    name: "load",
    tone: "ground",
    points: [
      [0, 0.01],
      [10, 0.01],
    ],
  } as const;
  const svg = plot("x", [
    { x: minutes, y: shares, height: 160, series: [ground, rival] },
    { x: minutes, y: shares, height: 160, series: [rival] },
  ]);
  expect(svg).toContain('<circle class="dot" cx="433" cy="76" r="3.5"/><text x="439" y="70">50 %</text>');
  expect(svg).toContain('d="M64 76L802 76L802 126H64Z"');
  expect(svg.match(/>rival</g)).toHaveLength(1);
  expect(svg).toContain('viewBox="0 0 820 350"');
  expect(svg).not.toMatch(/NaN|undefined/);
});
