import { StackingConfigBuilder, StackingMode } from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as FigureBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as LinesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Board, Choice, Panel, Query } from "./board.ts";

/** Grafana's grid has 24 columns; four panels stand side by side. */
const columns = 24;
const perRow = 4;
const heights = { row: 1, figure: 5, lines: 8 } as const;

const source = { type: "prometheus", uid: "${datasource}" };

/** What can be chosen, asked from Prometheus itself. */
const choices: Readonly<Record<Choice, { label: string; query: string; many: boolean }>> = {
  job: { label: "Job", query: 'label_values({__name__=~"sluice_.+"}, job)', many: true },
  device: { label: "Device", query: 'label_values(sluice_edge_frames_total{job=~"$job"}, instance)', many: false },
  model: { label: "Model", query: 'label_values(sluice_inference_requests_total{job=~"$job"}, model)', many: true },
};

/** A board as Grafana imports it. */
export function dashboardOf(board: Board): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(`sluice-${board.name}`)
    .description(board.about)
    .tags(["sluice"])
    .refresh("30s")
    .time({ from: "now-1h", to: "now" })
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const choice of board.choices) builder.withVariable(variable(choice));
  let y = 0;
  let id = 1;
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y, w: columns, h: heights.row }));
    y += heights.row;
    const h = Math.max(...panels.map(({ shape }) => (shape === "figure" ? heights.figure : heights.lines)));
    const w = columns / Math.min(perRow, panels.length);
    for (const [i, panel] of panels.entries()) {
      const place = { x: (i % perRow) * w, y: y + Math.floor(i / perRow) * h, w, h };
      builder.withPanel(panelOf(panel).id(id++).gridPos(place));
    }
    y += h * Math.ceil(panels.length / perRow);
  }
  return builder.build();
}

function variable(choice: Choice): QueryVariableBuilder {
  const { label, query, many } = choices[choice];
  return new QueryVariableBuilder(choice)
    .label(label)
    .datasource(source)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(many)
    .includeAll(many);
}

function panelOf(panel: Panel): FigureBuilder | LinesBuilder {
  const builder = panel.shape === "figure" ? new FigureBuilder() : linesOf(panel);
  builder.title(panel.title).description(panel.about).datasource(source).unit(panel.unit).min(0);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.quiet) builder.noValue("none");
  for (const [i, query] of panel.queries.entries()) builder.withTarget(targetOf(query, i));
  return builder;
}

function linesOf({ shape }: Panel): LinesBuilder {
  const builder = new LinesBuilder().lineWidth(1).fillOpacity(shape === "stacked" ? 60 : 8);
  return shape === "stacked" ? builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : builder;
}

function targetOf({ expr, legend, exemplars }: Query, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(String.fromCodePoint(65 + index))
    .datasource(source)
    .expr(expr)
    .legendFormat(legend)
    .range();
  return exemplars ? query.exemplar(true) : query;
}
