/** Every query of every dashboard, and every alert, in a real Prometheus that scraped the daemon during the demo. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderDashboards } from '../../scripts/grafana/render.ts';
import { eventually } from '../support/eventually.ts';
import { addressOf, reportOf, TugwatchProcess } from '../support/tugwatch-process.ts';
import { type DashboardFile, fillIn } from './lint-dashboard.ts';
import { Prometheus, type Series, whyNoPrometheus } from './prometheus.ts';

const RULES = new URL('../../manifests/prometheus/tugwatch.rules.yaml', import.meta.url).pathname;
const FOLDER = new URL('../../grafana/', import.meta.url);
const RANGE_S = 40;
/** From here on all is answered at once: the series are there, and each fight has had several rounds. */
const WARM_UP_MS = 40_000;
const PATIENCE_MS = 20_000;
const VARIABLES = {
  job: '.+',
  instance: '.+',
  workload_namespace: 'shop',
  workload: 'web',
  application: '.+',
};

interface Asked {
  readonly where: string;
  readonly expr: string;
  readonly instant: boolean;
}

const dashboards = [...renderDashboards().keys()].map(
  (file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as DashboardFile,
);
const filled = (expr: string) => fillIn(expr, { range: RANGE_S, rateInterval: 10, variables: VARIABLES });
const asked = dashboards.flatMap(({ title, panels, annotations }): Asked[] => [
  ...panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ refId, expr, instant }) => ({
      where: `${title}: ${panel.title} ${refId}`,
      expr: filled(expr),
      instant: instant === true,
    })),
  ),
  ...(annotations.list ?? []).map(({ name, expr }) => ({
    where: `${title}: annotation ${name}`,
    expr: filled(expr),
    instant: false,
  })),
]);
const variables = dashboards.flatMap(({ title, templating }) =>
  templating.list.flatMap(({ name, query = '' }) => {
    const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
    return label === '' ? [] : [{ where: `${title}: ${name}`, selector: filled(selector), label }];
  }),
);

const absent = await whyNoPrometheus();

describe('in a real Prometheus beside the demo', () => {
  let demo: TugwatchProcess;
  let prometheus: Prometheus;

  beforeAll(async () => {
    if (absent !== null) return;
    demo = new TugwatchProcess(['demo']);
    const address = await addressOf(demo);
    prometheus = await Prometheus.start(address.replace('http://', ''), RULES);
    await eventually('three fights and a release', async () => {
      const { conflicts, notices } = await reportOf(address);
      return conflicts.filter(({ state }) => state === 'confirmed').length >= 3 && notices.length > 0;
    });
    // The slowest of all: a counter has to be seen to rise after its first scrape.
    const slowest = `increase(tugwatch_field_writes_total{workload="web",writer="argocd"}[${RANGE_S}s]) > 1`;
    await eventually(
      'several rounds of the fight',
      async () => (await prometheus.instant(slowest)).length > 0,
      WARM_UP_MS,
    );
  }, 60_000);
  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await demo?.[Symbol.asyncDispose]();
  });

  it('every panel and annotation has something to show', async ({ skip }) => {
    if (absent !== null) skip(absent);
    expect(asked.length).toBeGreaterThan(30);
    const deadline = performance.now() + PATIENCE_MS;
    for (const { where, expr, instant } of asked) {
      // What has just begun needs a second scrape; nothing needs more than the patience for all.
      await eventually(
        `${where}: ${expr}`,
        async () => hasNumber(await (instant ? prometheus.instant(expr) : prometheus.range(expr, RANGE_S))),
        deadline - performance.now(),
      );
    }
  }, 25_000);

  it('every variable has something to choose', async ({ skip }) => {
    if (absent !== null) skip(absent);
    expect(variables.length).toBeGreaterThan(5);
    for (const { where, selector, label } of variables) {
      expect((await prometheus.labelValues(selector, label)).length, where).toBeGreaterThan(0);
    }
  });

  it('the replicas that are wanted, told and declared are those of the fight', async ({ skip }) => {
    if (absent !== null) skip(absent);
    const seen = async (which: string) => {
      const [series] = await prometheus.range(`tugwatch_conflict_${which}_replicas{workload="web"}`, RANGE_S);
      return new Set(series?.values.map(([, text]) => Number(text)));
    };
    expect(await seen('declared')).toEqual(new Set([3]));
    const above = async (which: string) => Math.max(...(await seen(which))) > 3;
    // A scrape has to fall between two reversals, which come more slowly as Argo CD backs off.
    await eventually(
      'more told than declared',
      async () => (await above('wanted')) && (await above('spec')),
      PATIENCE_MS,
    );
  }, 25_000);

  it('every alert is evaluated, and the one about the fight tells its numbers', async ({ skip }) => {
    if (absent !== null) skip(absent);
    const { groups } = (await prometheus.ask('rules')) as {
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    };
    const ill = groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'err');
    expect(ill).toEqual([]);
    const { alerts } = (await prometheus.ask('alerts')) as {
      alerts: { labels: Record<string, string>; annotations: Record<string, string> }[];
    };
    const fight = alerts.find(
      ({ labels }) => labels['alertname'] === 'TugwatchConflictConfirmed' && labels['workload'] === 'web',
    );
    expect(fight?.annotations['description']).toMatch(
      /^\/spec\/replicas of Deployment shop\/web \(Application argocd\/web\) is fought over\. Reversals so far: [1-9]\d* \(writes: argocd [1-9]\d*, hpa [1-9]\d*\); replica-seconds short: [1-9]\d*\. /,
    );
    // Of Tugwatch itself nothing is wrong.
    expect(
      alerts
        .map(({ labels }) => labels['alertname'])
        .filter((name) => /Watch|Down|Absent|Hidden|Missing/.test(name?.slice(8) ?? '')),
    ).toEqual([]);
  });
});

function hasNumber(series: readonly Series[]): boolean {
  return series.some(({ values }) => values.some(([, text]) => Number.isFinite(Number(text))));
}
