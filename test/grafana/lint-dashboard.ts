/**
 * The rules of dashboard-linter (github.com/grafana/dashboard-linter, docs/rules) as tests of our own, and some that it
 * lacks: metrics and labels that exist, panels that do not overlap, links that lead somewhere.
 */
import { FAMILIES } from '../../src/telemetry/families.ts';
import { factsOf, type SelectorFact } from '../support/promql-facts.ts';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly datasource?: { readonly uid?: string };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: { readonly uid?: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string };
    readonly overrides: readonly {
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query?: string;
  readonly datasource?: { readonly uid?: string };
  readonly multi?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
}

export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list?: readonly { readonly name: string; readonly expr: string }[] };
}

/** Those of Grafana's units that mean something for our numbers (packages/grafana-data/src/valueFormats/categories.ts). */
const UNITS = ['none', 'short', 's', 'percentunit', 'dateTimeAsIso'];
const LABELS = new Map(FAMILIES.map(({ name, labels }) => [name, labels]));
const COUNTERS = new Set(FAMILIES.filter(({ type }) => type === 'counter').map(({ name }) => name));
const COUNTER_FUNCTIONS = ['rate', 'irate', 'increase'];
const OF_THE_SCRAPE = ['cluster', 'namespace', 'job', 'instance', 'pod'];
/** What Grafana puts in their place; a length that nobody would write by hand. */
const RATE_INTERVAL_S = 8_869;
const DATASOURCE = '$datasource';

/** What is wrong with a dashboard, one sentence each. */
export function problemsOf(dashboard: DashboardFile): string[] {
  const variables = dashboard.templating.list;
  return [
    ...(dashboard.editable ? ['it is editable'] : []),
    ...(dashboard.schemaVersion > 39 ? [`schema ${dashboard.schemaVersion} is newer than Grafana 11`] : []),
    ...datasourceProblems(variables),
    ...['job', 'instance'].flatMap((name) => targetVariableProblems(name, variables)),
    ...variables.filter(({ type }) => type === 'query').flatMap(queryVariableProblems),
    ...dashboard.panels.filter(({ type }) => type !== 'row').flatMap(panelProblems),
    ...placeProblems(dashboard.panels),
    ...(dashboard.annotations.list ?? []).flatMap(({ name, expr }) => exprProblems(`annotation ${name}`, expr)),
  ];
}

/** With values in place of variables, as Grafana would send it. `range` and `rateInterval` in seconds. */
export function fillIn(
  expr: string,
  given: { range: number; rateInterval: number; variables: Record<string, string> },
) {
  return expr.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    if (name === '__rate_interval') return `${given.rateInterval}s`;
    if (name === '__range') return `${given.range}s`;
    return given.variables[name] ?? whole;
  });
}

function datasourceProblems(variables: readonly Variable[]): string[] {
  const sources = variables.filter(({ type }) => type === 'datasource');
  const [source] = sources;
  if (sources.length !== 1 || source === undefined) return [`${sources.length} data source variables, not one`];
  return source.name === 'datasource' && source.label === 'Data source' && source.query === 'prometheus'
    ? []
    : ['the data source variable is not datasource, "Data source", prometheus'];
}

function targetVariableProblems(name: string, variables: readonly Variable[]): string[] {
  const variable = variables.find((each) => each.name === name);
  if (variable === undefined) return [`there is no variable ${name}`];
  const title = name[0]?.toUpperCase() + name.slice(1);
  const fits = variable.type === 'query' && variable.label === title && variable.multi && variable.allValue === '.+';
  return fits ? [] : [`variable ${name} is not a multi-value query labelled ${title} with .+ for all`];
}

function queryVariableProblems({ name, query = '', refresh, datasource }: Variable): string[] {
  const problems: string[] = [];
  if (refresh !== 2) problems.push(`variable ${name} is not refreshed when the time range changes`);
  if (datasource?.uid !== DATASOURCE) problems.push(`variable ${name} has another data source`);
  const parts = /^label_values\((.+), (\w+)\)$/.exec(query);
  if (parts === null) return [...problems, `variable ${name} is no label_values(metric, label)`];
  const [, selector = '', label = ''] = parts;
  const [fact] = factsOf(withNumbers(selector)).selectors;
  const known = [...OF_THE_SCRAPE, ...(LABELS.get(fact?.metric ?? '') ?? [])];
  if (!known.includes(label)) problems.push(`variable ${name} asks ${fact?.metric} for a label it lacks`);
  return problems;
}

function panelProblems(panel: Panel): string[] {
  const { title = '', description = '', targets = [] } = panel;
  const name = `panel ${panel.id} (${title})`;
  const problems: string[] = [];
  if (title === '') problems.push(`${name} has no title`);
  if (!/^[A-Z].*\.$/.test(description)) problems.push(`${name} has no sentence for a description`);
  if (panel.datasource?.uid !== DATASOURCE) problems.push(`${name} has another data source`);
  if (targets.length === 0) problems.push(`${name} has no query`);
  for (const unit of unitsOf(panel)) if (!UNITS.includes(unit)) problems.push(`${name} has the unit "${unit}"`);
  for (const target of targets) {
    if (target.datasource?.uid !== DATASOURCE) problems.push(`${name} ${target.refId} has another data source`);
    problems.push(...exprProblems(`${name} ${target.refId}`, target.expr));
  }
  return problems;
}

function unitsOf({ fieldConfig }: Panel): string[] {
  const overrides = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'unit').map(({ value }) => String(value)),
  );
  return [fieldConfig?.defaults.unit ?? '', ...overrides];
}

function exprProblems(where: string, expr: string): string[] {
  let facts: ReturnType<typeof factsOf>;
  try {
    facts = factsOf(withNumbers(expr));
  } catch (error) {
    return [`${where}: ${(error as Error).message}`];
  }
  const known = new Set([...OF_THE_SCRAPE, ...facts.selectors.flatMap(({ metric }) => LABELS.get(metric) ?? [])]);
  const twice = /(?<!max without \(instance, pod\) \()\b(?:rate|irate|increase)\(/.test(expr);
  return [
    ...(twice ? [`${where} counts twice where two replicas count the same`] : []),
    ...facts.selectors.flatMap((selector) => selectorProblems(where, selector)),
    ...facts.groupings.filter((label) => !known.has(label)).map((label) => `${where}: nothing has the label ${label}`),
  ];
}

function selectorProblems(where: string, { metric, matchers, overRange, range }: SelectorFact): string[] {
  const labels = LABELS.get(metric);
  if (labels === undefined) return [`${where}: ${metric} does not exist`];
  const problems: string[] = [];
  for (const name of ['job', 'instance']) {
    const bound = matchers.some(
      ({ label, operator, value }) => label === name && operator === '=~' && value === `$${name}`,
    );
    if (!bound) problems.push(`${where}: ${metric} is not bound to $${name}`);
  }
  for (const { label } of matchers) {
    if (!labels.includes(label) && !OF_THE_SCRAPE.includes(label)) problems.push(`${where}: ${metric} has no ${label}`);
  }
  const counted = COUNTER_FUNCTIONS.includes(overRange);
  if (counted && !COUNTERS.has(metric)) problems.push(`${where}: ${overRange} of ${metric}, which is a gauge`);
  if (!counted && COUNTERS.has(metric)) problems.push(`${where}: ${metric} is a counter and shown as it stands`);
  if (overRange.endsWith('rate') && range !== RATE_INTERVAL_S * 1_000)
    problems.push(`${where}: ${overRange} over another time than $__rate_interval`);
  return problems;
}

/** Times in place of Grafana's; other variables stand within quotes. */
function withNumbers(expr: string): string {
  return fillIn(expr, { range: 60, rateInterval: RATE_INTERVAL_S, variables: {} });
}

function placeProblems(panels: readonly Panel[]): string[] {
  const problems = new Set(panels.map(({ id }) => id)).size < panels.length ? ['two panels have the same id'] : [];
  panels.forEach((a, index) => {
    if (a.gridPos.x + a.gridPos.w > 24) problems.push(`panel ${a.id} is wider than the grid`);
    for (const b of panels.slice(index + 1)) {
      const apartX = a.gridPos.x + a.gridPos.w <= b.gridPos.x || b.gridPos.x + b.gridPos.w <= a.gridPos.x;
      const apartY = a.gridPos.y + a.gridPos.h <= b.gridPos.y || b.gridPos.y + b.gridPos.h <= a.gridPos.y;
      if (!apartX && !apartY) problems.push(`panels ${a.id} and ${b.id} overlap`);
    }
  });
  return problems;
}
