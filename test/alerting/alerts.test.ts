import { readdirSync, readFileSync } from 'node:fs';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_SETTINGS } from '../../scripts/alerting/alert.ts';
import {
  type PrometheusAlert,
  type PrometheusGroup,
  prometheusGroups,
  renderPrometheusRule,
  renderRuleFile,
} from '../../scripts/alerting/render.ts';
import { problemsOf } from './lint-alert.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const alerts = prometheusGroups().flatMap(({ rules }) => rules);

describe('the alerts that are shipped', () => {
  it('are current in both files (node scripts/rules.ts)', () => {
    expect(read('manifests/prometheus/tugwatch.rules.yaml')).toBe(renderRuleFile());
    expect(read('manifests/prometheus/prometheusrule.yaml')).toBe(renderPrometheusRule());
  });

  it('are the same in both files, and valid for the schema of the operator', () => {
    const plain = parse(read('manifests/prometheus/tugwatch.rules.yaml')) as { groups: PrometheusGroup[] };
    const resource = parse(read('manifests/prometheus/prometheusrule.yaml')) as { spec: { groups: PrometheusGroup[] } };
    expect(resource.spec.groups).toEqual(plain.groups);
    expect(() => new PrometheusRule(resource as never).validate()).not.toThrow();
  });

  it('point to an address and a Grafana of the installation where it names them', () => {
    const settings = { ...DEFAULT_SETTINGS, runbooks: 'https://wiki.example/', grafana: 'https://grafana.example' };
    const [first] = prometheusGroups(settings).flatMap(({ rules }) => rules);
    expect(first?.annotations).toMatchObject({
      runbook_url: 'https://wiki.example/TugwatchCapacityShort',
      dashboard_url: expect.stringMatching('^https://grafana.example/d/tugwatch-workload[?]'),
    });
  });

  it('have names of their own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  it.each(alerts)('$alert keeps the conventions', (alert) => {
    expect(problemsOf(alert)).toEqual([]);
  });

  it.each(alerts.filter(({ labels }) => labels['severity'] === 'critical'))(
    '$alert, which wakes people, holds on so that it wakes them once',
    (alert) => {
      expect(alert.for).toBeDefined();
      expect(alert.keep_firing_for).toBeDefined();
    },
  );
});

describe('the conventions catch', () => {
  const good: PrometheusAlert = {
    alert: 'TugwatchGood',
    expr: 'max by (job, resource) (tugwatch_watch_state{state="forbidden"}) == 1',
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'A sentence.',
      description: '{{ $labels.resource }} is denied.',
      runbook_url: 'https://example.com/runbook',
      dashboard_url: '/d/x',
    },
  };

  it('nothing in a good alert', () => {
    expect(problemsOf(good)).toEqual([]);
  });

  it.each<[string, Partial<PrometheusAlert>, string]>([
    ['a name without the prefix', { alert: 'WatchForbidden' }, 'its name is not CamelCase behind Tugwatch'],
    ['a severity of its own', { labels: { severity: 'page' } }, 'its severity is none of critical, warning, info'],
    [
      'a value in a label',
      { labels: { severity: 'info', replicas: '{{ $value }}' } },
      'label replicas is a template: a value in it makes a new alert of each',
    ],
    ['a rate of a gauge', { expr: 'rate(tugwatch_risk[5m]) > 0' }, 'rate of tugwatch_risk, which is a gauge'],
    [
      'a bare counter',
      { expr: 'tugwatch_watch_gaps_total > 5' },
      'tugwatch_watch_gaps_total is a counter and taken as it stands',
    ],
    [
      'a range shorter than two scrapes',
      { expr: 'increase(tugwatch_watch_gaps_total[45s]) > 0' },
      '45 s hold less than two scrapes',
    ],
    ['a metric that is none', { expr: 'tugwatch_fights > 0' }, 'tugwatch_fights does not exist'],
    ['a label that is none', { expr: 'tugwatch_risk{fight="a"} == 1' }, 'tugwatch_risk has no label fight'],
    ['a grouping by nothing', { expr: 'sum by (pod) (tugwatch_risks) > 1' }, 'nothing here has the label pod'],
    ['a pattern that is none', { expr: 'tugwatch_risk{rule=~"TW101"} == 1' }, '"TW101" needs no pattern'],
    ['a missing condition', { expr: 'tugwatch_risk' }, 'its expression compares nothing'],
    ['a sample of series', { expr: 'topk(3, tugwatch_risks) > 0' }, 'topk makes it flap'],
    ['absent without patience', { expr: 'absent(tugwatch_build_info) == 1', for: '30s' }, 'absent without for fires'],
    [
      'a label in a text that the expression drops',
      { expr: 'max by (job) (tugwatch_watch_state) == 1' },
      '$labels.resource is not kept by',
    ],
  ])('%s', (_what, change, problem) => {
    expect(problemsOf({ ...good, ...change }).join('; ')).toContain(problem);
  });

  it.each(Object.keys(good.annotations))('an alert without %s', (name) => {
    const annotations = Object.fromEntries(Object.entries(good.annotations).filter(([each]) => each !== name));
    expect(problemsOf({ ...good, annotations })).toContain(`${name} is missing`);
  });
});

describe('the runbooks', () => {
  const pages = readdirSync(new URL('docs/runbooks/', ROOT)).filter((name) => name !== 'README.md');

  it('are one page for each alert, and none for anything else', () => {
    expect(pages.toSorted()).toEqual(alerts.map(({ alert }) => `${alert}.md`).toSorted());
  });

  it.each(alerts)(
    'of $alert says what it means, what it does to users, how to look closer and how to end it',
    (rule) => {
      const page = read(`docs/runbooks/${rule.alert}.md`);
      expect(page.startsWith(`# ${rule.alert}\n\nSeverity: ${rule.labels['severity']}`)).toBe(true);
      const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    },
  );

  it('are listed with severity, patience and summary on the page of all alerts', () => {
    const rows = read('docs/runbooks/README.md')
      .split('\n')
      .filter((line) => line.startsWith('| [Tugwatch'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).toEqual(
      alerts.map((rule) => [
        `[${rule.alert}](${rule.alert}.md)`,
        rule.labels['severity'],
        rule.for ?? 'at once',
        rule.keep_firing_for ?? 'no longer',
        rule.annotations['summary'],
      ]),
    );
  });
});
