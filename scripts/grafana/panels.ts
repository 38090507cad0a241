/** The kinds of panel that the dashboards are made of, each with what dashboard-linter asks for. */

import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: '$datasource' };

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

interface Words {
  readonly title: string;
  /** What it shows, and how to read it. */
  readonly description: string;
}

interface Size {
  /** Of 24. */
  readonly width: number;
  readonly height: number;
}

export const STATES: dashboard.ValueMapping = {
  type: dashboard.MappingType.ValueToText,
  options: {
    0: { text: 'resolved', color: 'green', index: 0 },
    1: { text: 'suspected', color: 'yellow', index: 1 },
    2: { text: 'confirmed', color: 'red', index: 2 },
  },
};

/** One number. `bad`: from here on it is red. */
export function statPanel(given: Words & Size & { unit: string; query: Query; bad?: number; none?: string }) {
  const steps = [{ color: 'green', value: null as unknown as number }];
  if (given.bad !== undefined) steps.push({ color: 'red', value: given.bad });
  return new stat.PanelBuilder()
    .title(given.title)
    .description(given.description)
    .datasource(DATASOURCE)
    .span(given.width)
    .height(given.height)
    .unit(given.unit)
    .noValue(given.none ?? '0')
    .colorMode(given.bad === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(instant(given.query, 'A'));
}

export type Look = 'line' | 'steps' | 'bars';

/** Lines over time; steps for what holds until it is changed, stacked bars for what happened between two points. */
export function graphPanel(given: Words & Size & { unit: string; look: Look; queries: readonly Query[] }) {
  const panel = new timeseries.PanelBuilder()
    .title(given.title)
    .description(given.description)
    .datasource(DATASOURCE)
    .span(given.width)
    .height(given.height)
    .unit(given.unit)
    .min(0)
    .lineWidth(given.look === 'bars' ? 0 : 2)
    .fillOpacity(given.look === 'bars' ? 80 : 0)
    .drawStyle(given.look === 'bars' ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineInterpolation(given.look === 'steps' ? common.LineInterpolation.StepAfter : common.LineInterpolation.Linear)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (given.look === 'bars')
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  panel.targets(given.queries.map((query, index) => ranged(query, refIdOf(index))));
  return panel;
}

/** A row for each series: which state it was in, and when. */
export function timelinePanel(given: Words & Size & { query: Query; mapping: dashboard.ValueMapping }) {
  return new statetimeline.PanelBuilder()
    .title(given.title)
    .description(given.description)
    .datasource(DATASOURCE)
    .span(given.width)
    .height(given.height)
    .unit('none')
    .mappings([given.mapping])
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.85)
    .fillOpacity(80)
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds))
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .withTarget(ranged(given.query, 'A'));
}

export interface Column {
  /** The label, or 'Value' (one query) or 'Value #B' (several). */
  readonly field: string;
  readonly name: string;
  readonly unit?: string;
  readonly width?: number;
  readonly mapping?: dashboard.ValueMapping;
  readonly links?: readonly { readonly title: string; readonly url: string }[];
}

/** The present, a row for each combination of labels; several queries are merged by their labels. */
export function tablePanel(
  given: Words &
    Size & { queries: readonly Query[]; columns: readonly Column[]; hide?: readonly string[]; none: string },
) {
  const panel = new table.PanelBuilder()
    .title(given.title)
    .description(given.description)
    .datasource(DATASOURCE)
    .span(given.width)
    .height(given.height)
    .unit('none')
    .filterable(true)
    .noValue(given.none);
  panel.targets(given.queries.map((query, index) => instant(query, refIdOf(index)).format(PromQueryFormat.Table)));
  if (given.queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  panel.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(['Time', ...(given.hide ?? [])].map((field) => [field, true])),
      indexByName: Object.fromEntries(given.columns.map(({ field }, index) => [field, index])),
    },
  });
  for (const column of given.columns) panel.overrideByName(column.field, propertiesOf(column));
  return panel;
}

function propertiesOf({ name, unit, width, mapping, links }: Column): dashboard.DynamicConfigValue[] {
  return [
    { id: 'displayName', value: name },
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(mapping === undefined
      ? []
      : [
          { id: 'mappings', value: [mapping] },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]),
    ...(links === undefined ? [] : [{ id: 'links', value: links.map((link) => ({ ...link, targetBlank: true })) }]),
  ];
}

function instant({ expr, legend = '' }: Query, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).instant().refId(refId).datasource(DATASOURCE);
}

function ranged({ expr, legend = '' }: Query, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range().refId(refId).datasource(DATASOURCE);
}

function refIdOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
