import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { prometheusGroups } from '../../scripts/alerting/render.ts';
import { DEFAULT_ADDRESSES, renderDashboards } from '../../scripts/grafana/render.ts';
import { type DashboardFile, problemsOf } from './lint-dashboard.ts';

const FOLDER = new URL('../../grafana/', import.meta.url);
const rendered = renderDashboards();
const files = [...rendered.keys()];
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');
const load = (file: string) => JSON.parse(read(file)) as DashboardFile;

describe('the dashboards that are shipped', () => {
  it('are current (node scripts/dashboards.ts), and no others lie beside them', () => {
    for (const [file, text] of rendered) expect(read(file), file).toBe(text);
    expect(readdirSync(FOLDER).filter((name) => name.endsWith('.json'))).toEqual(files.toSorted());
  });

  it('keep the addresses under which people have bookmarked them', () => {
    expect(files.map((file) => [load(file).uid, load(file).title, load(file).tags])).toEqual([
      ['tugwatch-overview', 'Tugwatch / Overview', ['tugwatch', 'argocd', 'kubernetes']],
      ['tugwatch-workload', 'Tugwatch / Workload', ['tugwatch', 'argocd', 'kubernetes']],
    ]);
  });

  it.each(files)('%s keeps the rules of dashboard-linter', (file) => {
    expect(problemsOf(load(file))).toEqual([]);
  });

  it('are where the alerts and each other lead to, with variables that they have', () => {
    const texts = [...files.map(read), JSON.stringify(prometheusGroups())];
    const links = texts.flatMap((text) => [...text.matchAll(/"(\/d\/[^"]+)"/g)].map(([, link = '']) => link));
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      const board = files.map(load).find(({ uid }) => link.split('?')[0] === `/d/${uid}`);
      expect(board, link).toBeDefined();
      const variables = board?.templating.list.map(({ name }) => name);
      for (const [, name] of link.matchAll(/[?&]var-(\w+)=/g)) expect(variables, link).toContain(name);
    }
  });

  it('lead to the Argo CD and the Tugwatch of the installation where it names them', () => {
    const [text = ''] = renderDashboards({ ...DEFAULT_ADDRESSES, argocd: 'https://argocd.internal' }).values();
    expect((JSON.parse(text) as DashboardFile).templating.list.find(({ name }) => name === 'argocd')?.query).toBe(
      'https://argocd.internal',
    );
  });
});

describe('the rules catch', () => {
  const good = load('workload.json');
  const [first] = good.panels;
  if (first === undefined) throw new Error('the dashboard has no panel');
  const withPanel = (change: object) => ({ ...good, panels: [{ ...first, ...change }, ...good.panels.slice(1)] });
  const withExpr = (expr: string) => withPanel({ targets: [{ ...first.targets?.[0], expr }] });
  const withVariable = (name: string, change: object) => ({
    ...good,
    templating: { list: good.templating.list.map((each) => (each.name === name ? { ...each, ...change } : each)) },
  });
  const bound = 'job=~"$job",instance=~"$instance"';

  it.each<[string, DashboardFile, string]>([
    ['an editable dashboard', { ...good, editable: true }, 'it is editable'],
    ['a schema that Grafana 11 does not know', { ...good, schemaVersion: 42 }, 'schema 42 is newer than Grafana 11'],
    ['a data source by another name', withVariable('datasource', { label: 'Prometheus' }), 'the data source variable'],
    ['a single job', withVariable('job', { multi: false }), 'variable job is not a multi-value query'],
    ['a missing instance', withVariable('instance', { name: 'pod' }), 'there is no variable instance'],
    ['a variable that goes stale', withVariable('workload', { refresh: 1 }), 'is not refreshed'],
    [
      'a variable of a label that is none',
      withVariable('workload', { query: 'label_values(tugwatch_risk, team)' }),
      'asks tugwatch_risk for a label it lacks',
    ],
    ['a panel without a title', withPanel({ title: '' }), 'has no title'],
    ['a panel without a description', withPanel({ description: '' }), 'has no sentence for a description'],
    ['a panel without a query', withPanel({ targets: [] }), 'has no query'],
    ['a fixed data source', withPanel({ datasource: { uid: 'P1234' } }), 'has another data source'],
    [
      'an unknown unit',
      withPanel({ fieldConfig: { defaults: { unit: 'replicas' }, overrides: [] } }),
      'the unit "replicas"',
    ],
    ['panels on each other', withPanel({ gridPos: { x: 3, y: 0, w: 6, h: 4 } }), 'panels 1 and 2 overlap'],
    ['the same id twice', withPanel({ id: 2 }), 'two panels have the same id'],
    ['what is no PromQL', withExpr('sum(tugwatch_risks{'), 'no PromQL'],
    ['a metric that is none', withExpr(`tugwatch_fights{${bound}}`), 'tugwatch_fights does not exist'],
    ['a selector that is not bound', withExpr('sum(tugwatch_risks)'), 'tugwatch_risks is not bound to $instance'],
    ['a label that is none', withExpr(`tugwatch_risks{${bound},team="a"}`), 'tugwatch_risks has no team'],
    ['a bare counter', withExpr(`tugwatch_watch_gaps_total{${bound}}`), 'is a counter and shown as it stands'],
    ['a rate of a gauge', withExpr(`rate(tugwatch_risks{${bound}}[$__rate_interval])`), 'which is a gauge'],
    [
      'a counter of two replicas as a sum',
      withExpr(`sum(rate(tugwatch_watch_gaps_total{${bound}}[$__rate_interval]))`),
      'counts twice where two replicas count the same',
    ],
    ['a fixed rate', withExpr(`rate(tugwatch_watch_gaps_total{${bound}}[5m])`), 'another time than $__rate_interval'],
  ])('%s', (_what, dashboard, problem) => {
    expect(problemsOf(good)).toEqual([]);
    expect(problemsOf(dashboard).join('; ')).toContain(problem);
  });
});
