import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Query } from './queries.js';

/** Grafana's grid is 24 wide. */
const WIDTH = 24;
const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const TAG = 'emostream';

export interface Panel {
  title: string;
  /** What is seen, and what of it is good or bad. */
  about: string;
  queries: readonly Query[];
  /** One of Grafana's units. */
  unit: string;
  /** A line to stay below, or above. */
  limit?: { value: number; better: 'below' | 'above' };
  /** Of a figure: the series' names are what is told, not their values. */
  naming?: boolean;
  /** Largest value that there can be. */
  max?: number;
}

export interface Row {
  title: string;
  /** Figures of this moment, all in one line. */
  figures?: readonly Panel[];
  /** Lines over time. */
  graphs?: readonly Panel[];
  /** Graphs side by side. Default 3. */
  across?: number;
}

export interface Page {
  uid: string;
  title: string;
  about: string;
  rows: readonly Row[];
}

/** In the classic form, which Grafana reads from files and from ConfigMaps; dashboardv2 is for its API. */
export function build({ uid, title, about, rows }: Page): dashboard.Dashboard {
  const page = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags([TAG])
    .refresh('5s')
    .time({ from: 'now-15m', to: 'now' })
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new dashboard.QueryVariableBuilder('instance')
        .label('Server')
        .datasource(SOURCE)
        .query('label_values(emostream_rooms, instance)')
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.*')
        .current({ text: 'All', value: '$__all' }),
    )
    .link(
      new dashboard.DashboardLinkBuilder('emostream')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true),
    );
  let id = 1;
  for (const { title: heading, figures = [], graphs = [], across = 3 } of rows) {
    page.withRow(new dashboard.RowBuilder(heading).id(id++));
    const span = Math.floor(WIDTH / figures.length);
    figures.forEach((figure, index) => {
      // The first takes what is left over.
      page.withPanel(figureOf(figure, index === 0 ? WIDTH - span * (figures.length - 1) : span).id(id++));
    });
    for (const graph of graphs) page.withPanel(graphOf(graph, WIDTH / across).id(id++));
  }
  return page.build();
}

const REFERENCES = 'ABCDEFGH';

const targets = (queries: readonly Query[]): Builder<prometheus.Dataquery>[] =>
  queries.map(({ expr, legend }, index) =>
    new prometheus.DataqueryBuilder()
      .refId(REFERENCES.charAt(index))
      .expr(expr)
      .legendFormat(legend || '__auto')
      .range(),
  );

function figureOf({ title, about, queries, unit, limit, naming }: Panel, span: number): stat.PanelBuilder {
  const { Name, Value, ValueAndName } = common.BigValueTextMode;
  const labelled = queries.some(({ legend }) => legend) ? ValueAndName : Value;
  return new stat.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(SOURCE)
    .height(4)
    .span(span)
    .unit(unit)
    .targets(targets(queries))
    .thresholds(thresholds(limit))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(limit ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .textMode(naming ? Name : labelled)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

function graphOf({ title, about, queries, unit, limit, max }: Panel, span: number): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(SOURCE)
    .height(8)
    .span(span)
    .unit(unit)
    .min(0)
    .targets(targets(queries))
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Auto)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (max !== undefined) panel.max(max);
  if (!limit) return panel;
  return panel
    .thresholds(thresholds(limit))
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

function thresholds(limit: Panel['limit']): dashboard.ThresholdsConfigBuilder {
  const [low, high] = limit?.better === 'above' ? ['red', 'green'] : ['green', 'red'];
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: low }, ...(limit ? [{ value: limit.value, color: high }] : [])]);
}
