import {
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as FigureBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as LinesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Board, Choice, Panel, Query } from "./board.ts";

/** Grafana's grid has 24 columns; four panels stand side by side, or six figures. */
const columns = 24;
const perRow = { figures: 6, lines: 4 } as const;
const heights = { row: 1, figure: 5, lines: 8 } as const;

const source = { type: "prometheus", uid: "${datasource}" };

/** The other boards, with the time and the choices that they share. */
const otherBoards = new DashboardLinkBuilder("Sluice")
  .type(DashboardLinkType.Dashboards)
  .tags(["sluice"])
  .includeVars(true)
  .keepTime(true);

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
    .link(otherBoards)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  for (const choice of board.choices) builder.withVariable(variable(choice));
  let y = 0;
  let id = 1;
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y, w: columns, h: heights.row }));
    y += heights.row;
    const figures = panels.every(({ shape }) => shape === "figure");
    const most = figures ? perRow.figures : perRow.lines;
    const h = figures ? heights.figure : heights.lines;
    const w = Math.floor(columns / Math.min(most, panels.length));
    for (const [i, panel] of panels.entries()) {
      const place = { x: (i % most) * w, y: y + Math.floor(i / most) * h, w, h };
      builder.withPanel(panelOf(panel).id(id++).gridPos(place));
    }
    y += h * Math.ceil(panels.length / most);
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
  const builder = panel.shape === "figure" ? figureOf(panel) : linesOf(panel);
  builder.title(panel.title).description(panel.about).datasource(source).unit(panel.unit).min(0);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.quiet) builder.noValue("none");
  if (panel.opens) builder.dataLinks([linkTo(panel.opens)]);
  for (const [i, query] of panel.queries.entries()) builder.withTarget(targetOf(query, i, panel));
  return builder;
}

/** The present value alone: one that is gone is absent, not what it was last. */
function figureOf({ bad, queries }: Panel): FigureBuilder {
  // A series that is one of many says which, also when it is the only one.
  const isOne = queries.some(({ legend }) => legend.includes("{{"));
  return new FigureBuilder()
    .textMode(isOne ? BigValueTextMode.ValueAndName : BigValueTextMode.Auto)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(bad)));
}

/** Without steps of its own Grafana would paint everything from 80 on red. */
function stepsOf(bad: Panel["bad"]): Threshold[] {
  if (!bad) return [{ value: null, color: "text" }];
  if ("below" in bad)
    return [
      { value: null, color: "red" },
      { value: bad.below, color: "green" },
    ];
  return [
    { value: null, color: "green" },
    { value: bad.from, color: "red" },
  ];
}

const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi);
// oxlint-disable-next-line unicorn/no-array-sort -- it is the builder's
tooltip.sort(SortOrder.Descending);

function linesOf({ shape }: Panel): LinesBuilder {
  const builder = new LinesBuilder()
    .lineWidth(1)
    .fillOpacity(shape === "stacked" ? 60 : 8)
    .tooltip(tooltip)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    );
  return shape === "stacked" ? builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : builder;
}

const linkTo = (board: "device") =>
  new DashboardLinkBuilder("Open ${__field.labels.instance}")
    .type(DashboardLinkType.Link)
    .url(`/d/sluice-${board}?var-${board}=\${__field.labels.instance}&\${job:queryparam}&\${__url_time_range}`);

function targetOf({ expr, legend, exemplars }: Query, index: number, { shape }: Panel): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(String.fromCodePoint(65 + index))
    .datasource(source)
    .expr(expr)
    .legendFormat(legend);
  const timed = shape === "figure" ? query.instant() : query.range();
  return exemplars ? timed.exemplar(true) : timed;
}
