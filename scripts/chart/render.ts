/**
 * What the Helm chart has from elsewhere, so that nothing is written twice: the alerts (scripts/alerting), the dashboards
 * (grafana), the rights (the kustomize base and components), and the schema of its values.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { type AlertSettings, DEFAULT_SETTINGS } from '../alerting/alert.ts';
import { alertGroups, prometheusGroups } from '../alerting/render.ts';
import { renderValuesSchema } from './values-schema.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const CHART = join(ROOT, 'manifests', 'helm', 'tugwatch');

const BEGIN = '    # alerts: written by `npm run generate`\n';
const END = '    # alerts end\n';
const HEAD = '# Made by `npm run generate` from the alerts, or from the roles, in the manifests beside this chart.\n';

/** What the template puts in, by the setting it stands for. An alert has one threshold at most. */
const THRESHOLD = '__THRESHOLD__';
const PLACES: AlertSettings = {
  ...(Object.fromEntries(Object.keys(DEFAULT_SETTINGS).map((key) => [key, THRESHOLD])) as unknown as AlertSettings),
  runbooks: '__RUNBOOKS__',
  grafana: '__GRAFANA__',
  job: '__JOB__',
};

/** Which rules of which object the chart grants under which name. */
const RIGHTS = {
  cluster: ['base', 'ClusterRole', 'tugwatch'],
  own: ['base', 'Role', 'tugwatch'],
  workloads: ['components/single-namespace', 'Role', 'tugwatch-workloads'],
  argoCd: ['components/single-namespace', 'Role', 'tugwatch-argo-cd'],
  lens: ['components/lens-all-kinds', 'ClusterRole', 'tugwatch-lens-built-in'],
  remediation: ['components/remediation', 'ClusterRole', 'tugwatch-remediation'],
  tokenReview: ['components/secure-metrics', 'ClusterRole', 'tugwatch-token-review'],
  metricsReader: ['components/secure-metrics', 'ClusterRole', 'tugwatch-metrics-reader'],
} as const;

/** Path below the chart to text. @throws Error when a role that the chart grants is in no manifest */
export function renderChartFiles(): ReadonlyMap<string, string> {
  const dashboards = globSync('*.json', { cwd: join(ROOT, 'grafana') }).sort();
  return new Map([
    ['files/alerts.yaml', HEAD + stringify({ groups: prometheusGroups(PLACES) }, { lineWidth: 0 })],
    ['files/rights.yaml', HEAD + stringify(rights(), { lineWidth: 0, aliasDuplicateObjects: false })],
    ...dashboards.map(
      (file) => [`files/dashboards/${basename(file)}`, readFileSync(join(ROOT, 'grafana', file), 'utf8')] as const,
    ),
    ['values.schema.json', renderValuesSchema(thresholds())],
    ['values.yaml', withAlerts(readFileSync(join(CHART, 'values.yaml'), 'utf8'))],
  ]);
}

/** Writes them all. */
export function writeChart(): void {
  for (const [path, text] of renderChartFiles()) writeFileSync(join(CHART, path), text);
}

/** Each alert's name, and whether a threshold stands in its expression. */
function thresholds(): ReadonlyMap<string, boolean> {
  const alerts = alertGroups(PLACES).flatMap((group) => group.alerts);
  return new Map(alerts.map(({ name, expr }) => [name, expr.includes(THRESHOLD)]));
}

/** values.yaml with its alerts made anew. @throws Error when the marks are not in it */
function withAlerts(values: string): string {
  const begin = values.indexOf(BEGIN);
  const end = values.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`values.yaml has no place for the alerts: put\n${BEGIN}${END}in it`);
  const placed = new Map(
    alertGroups(PLACES).flatMap(({ alerts }) => alerts.map(({ name, expr }) => [name, expr] as const)),
  );
  const alerts = alertGroups().flatMap((group) =>
    group.alerts.map(({ name, expr, severity, keepFiringFor, for: wait }) => {
      const threshold = thresholdOf(placed.get(name) ?? '', expr);
      return [
        name,
        { enabled: true, severity, for: wait, keepFiringFor, ...(threshold === null ? {} : { threshold }) },
      ] as const;
    }),
  );
  const text = stringify(Object.fromEntries(alerts), { singleQuote: true }).replace(/^(?=.)/gm, '    ');
  return values.slice(0, begin + BEGIN.length) + text + values.slice(end);
}

/** The number that stands in the expression where the other has the place for it. */
function thresholdOf(placed: string, expr: string): number | null {
  const [before = '', after] = placed.split(THRESHOLD);
  return after === undefined ? null : Number(expr.slice(before.length, expr.length - after.length));
}

function rights(): Record<string, unknown> {
  const granted: Record<string, unknown> = {};
  for (const [name, [folder, kind, role]] of Object.entries(RIGHTS)) granted[name] = rulesOf(folder, kind, role);
  return granted;
}

function rulesOf(folder: string, kind: string, name: string): unknown {
  const path = join(ROOT, 'manifests', folder);
  const objects = globSync('*.yaml', { cwd: path }).flatMap((file) =>
    parseAllDocuments(readFileSync(join(path, file), 'utf8')).map((document) => document.toJS()),
  ) as { kind: string; metadata?: { name?: string }; rules?: unknown }[];
  const found = objects.find((object) => object.kind === kind && object.metadata?.name === name);
  if (found?.rules === undefined)
    throw new Error(`manifests/${folder} has no ${kind} ${name}: the chart grants its rules`);
  return found.rules;
}
