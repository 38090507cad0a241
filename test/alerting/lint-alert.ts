/**
 * The rules of pint (github.com/cloudflare/pint, docs/checks) that matter for our alerts, and kubernetes-mixin's
 * conventions for their names and texts.
 */

import type { PrometheusAlert } from '../../scripts/alerting/render.ts';
import { parseDuration } from '../../scripts/score/promql/duration.ts';
import { FAMILIES } from '../../src/telemetry/families.ts';
import { factsOf, type PromqlFacts, type SelectorFact } from '../support/promql-facts.ts';

const SCRAPE_MS = 30_000;
/** Labels that a scrape adds; `up` is Prometheus's own. */
const OF_THE_SCRAPE = ['cluster', 'namespace', 'job', 'instance'];
const LABELS = new Map<string, readonly string[]>([
  ['up', []],
  ...FAMILIES.map(({ name, labels }) => [name, labels] as const),
]);
const COUNTERS = new Set(FAMILIES.filter(({ type }) => type === 'counter').map(({ name }) => name));
const COUNTER_FUNCTIONS = ['rate', 'irate', 'increase'];
/** Their choice of series may differ from one evaluation to the next (promql/fragile). */
const SAMPLING = ['topk', 'bottomk', 'limitk', 'limit_ratio', 'quantile'];
const REQUIRED = ['summary', 'description', 'runbook_url', 'dashboard_url'];

/** What is wrong with an alert, one sentence each. */
export function problemsOf(rule: PrometheusAlert): string[] {
  const facts = factsOf(rule.expr);
  return [
    ...namingProblems(rule),
    ...annotationProblems(rule, facts),
    ...facts.selectors.flatMap(selectorProblems),
    ...groupingProblems(facts),
    ...(facts.compares ? [] : ['its expression compares nothing, so it fires whenever there is a series']),
    ...facts.aggregations.filter((each) => SAMPLING.includes(each)).map((each) => `${each} makes it flap`),
    ...absentProblems(rule, facts),
  ];
}

function namingProblems({ alert, labels, ...rule }: PrometheusAlert): string[] {
  const problems: string[] = [];
  if (!/^Tugwatch([A-Z][a-z]+)+$/.test(alert)) problems.push('its name is not CamelCase behind Tugwatch');
  if (!['critical', 'warning', 'info'].includes(labels['severity'] ?? ''))
    problems.push('its severity is none of critical, warning, info');
  for (const [name, value] of Object.entries(labels)) {
    if (/\{\{/.test(value)) problems.push(`label ${name} is a template: a value in it makes a new alert of each`);
  }
  for (const duration of [rule.for, rule.keep_firing_for]) {
    if (duration !== undefined && (parseDuration(duration) ?? 0) === 0) problems.push(`${duration} is no duration`);
  }
  return problems;
}

function annotationProblems({ annotations, expr }: PrometheusAlert, facts: PromqlFacts): string[] {
  const problems = REQUIRED.filter((name) => (annotations[name] ?? '') === '').map((name) => `${name} is missing`);
  const { summary = '', description = '', runbook_url: runbook = '' } = annotations;
  if (!/^[A-Z][^{]*\.$/.test(summary)) problems.push('its summary is no constant sentence');
  if (!/\{\{/.test(description) && facts.functions[0] !== 'absent') problems.push('its description has no value');
  if (!/^https:\/\//.test(runbook)) problems.push('its runbook_url is no https address');
  const fractional = facts.functions.some((name) => COUNTER_FUNCTIONS.includes(name));
  if (fractional && /\{\{ \$value \}\}/.test(description)) problems.push('a rate is shown without rounding');
  const kept = new Set(facts.groupings);
  for (const [, label = ''] of Object.values(annotations)
    .join(' ')
    .matchAll(/\$labels\.(\w+)/g)) {
    if (!kept.has(label) && !OF_THE_SCRAPE.includes(label)) problems.push(`$labels.${label} is not kept by ${expr}`);
  }
  for (const [metric] of Object.values(annotations)
    .join(' ')
    .matchAll(/tugwatch_[a-z_]+/g)) {
    if (!LABELS.has(metric)) problems.push(`${metric} does not exist`);
  }
  return problems;
}

function selectorProblems({ metric, matchers, overRange, range }: SelectorFact): string[] {
  const labels = LABELS.get(metric);
  if (labels === undefined) return [`${metric} does not exist`];
  const problems: string[] = [];
  const overCounter = COUNTER_FUNCTIONS.includes(overRange);
  if (overCounter && !COUNTERS.has(metric)) problems.push(`${overRange} of ${metric}, which is a gauge`);
  if (!overCounter && COUNTERS.has(metric)) problems.push(`${metric} is a counter and taken as it stands`);
  if (range !== null && range < 2 * SCRAPE_MS) problems.push(`${range / 1_000} s hold less than two scrapes`);
  for (const { label, operator, value } of matchers) {
    if (!labels.includes(label) && !OF_THE_SCRAPE.includes(label)) problems.push(`${metric} has no label ${label}`);
    if (operator.endsWith('~') && !/[.*+?|[\](){}\\]/.test(value)) problems.push(`"${value}" needs no pattern`);
    if (/^\^|\$$/.test(value)) problems.push(`"${value}" is anchored anyway`);
  }
  return problems;
}

function groupingProblems({ selectors, groupings }: PromqlFacts): string[] {
  const known = new Set([...OF_THE_SCRAPE, ...selectors.flatMap(({ metric }) => LABELS.get(metric) ?? [])]);
  return groupings.filter((label) => !known.has(label)).map((label) => `nothing here has the label ${label}`);
}

function absentProblems(rule: PrometheusAlert, { functions }: PromqlFacts): string[] {
  if (!functions.some((name) => name.startsWith('absent'))) return [];
  const patience = parseDuration(rule.for ?? '0') ?? 0;
  return patience < 2 * SCRAPE_MS ? ['absent without for fires whenever Prometheus starts'] : [];
}
