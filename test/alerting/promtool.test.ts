import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RECORDED_CASES } from '../../scripts/alerting/recorded-cases.ts';
import { prometheusGroups } from '../../scripts/alerting/render.ts';
import { replayMetrics, SCRAPE_MS } from '../../scripts/alerting/replay-metrics.ts';
import { type Expectation, ruleTest, runsOf, TARGET } from '../../scripts/alerting/rule-test.ts';
import { readExpectations } from '../../scripts/score/expectation.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { promtool, testRules, whyNoPromtool } from './promtool.ts';

const FOLDER = new URL('../../manifests/prometheus/', import.meta.url).pathname;
const absent = await whyNoPromtool();

describe("Prometheus's own promtool", () => {
  it('reads the rules', async ({ skip }) => {
    if (absent !== null) skip(absent);
    expect(
      await promtool('check', 'rules', '--lint=all', '--lint-fatal', `${FOLDER}tugwatch.rules.yaml`),
    ).toMatchObject({
      code: 0,
    });
  });

  it.for(globSync('*.test.yaml', { cwd: `${FOLDER}tests` }))('passes the tests in %s', async (file, { skip }) => {
    if (absent !== null) skip(absent);
    expect(await promtool('test', 'rules', `${FOLDER}tests/${file}`)).toMatchObject({
      code: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  });

  it('refuses a test that expects another number in a text', async ({ skip }) => {
    if (absent !== null) skip(absent);
    const text = readFileSync(`${FOLDER}tests/recorded-window.test.yaml`, 'utf8');
    const wrong = text
      .replace('Reversals so far: 1 ', 'Reversals so far: 2 ')
      .replace('../tugwatch', `${FOLDER}tugwatch`);
    expect(await testRules({}, parse(wrong) as object)).toMatchObject({
      code: 1,
      output: expect.stringContaining('FAILED'),
    });
  });

  it('has a test from a recording for each case', () => {
    const files = globSync('recorded-*.test.yaml', { cwd: `${FOLDER}tests` });
    expect(files.toSorted()).toEqual(
      RECORDED_CASES.map(({ recording }) => `recorded-${recording}.test.yaml`).toSorted(),
    );
  });
});

describe('the notation of promtool', () => {
  it('tells a series that has not begun, a value that stays, a gap and an end', () => {
    expect(runsOf([null, null, 1, 1, 1, 2, null, null, 3, null])).toBe('_x2 1+0x2 2 stale _x1 3 stale');
  });
});

const ALERTS = ['TugwatchConflictConfirmed', 'TugwatchCapacityShort', 'TugwatchConflictHalfFixed'];
/** From the third revert (the first, where there is no third): the scrape that shows it, and the alert's own minute. */
const WITHIN_MS = 120_000;

/** The rules without their texts, so that only what fires when is compared. */
function bareRules(): object {
  return {
    groups: prometheusGroups().map((group) => ({
      ...group,
      rules: group.rules.map(({ annotations: _, ...rule }) => rule),
    })),
  };
}

describe.skipIf(noRecordings)('the alerts over the metrics of a replay', () => {
  const expected = (name: string) => readExpectations(dirname(recordingPath(name))).get(name);

  it.for(['grokdevops', 'slow', 'window', 'shared', 'downscaler', 'sts-fight', 'keda-zero', 'platform-api'])(
    'tell of the fight in %s without a break from its third revert to its last, and of nothing before its first',
    async (name, { skip }) => {
      if (absent !== null) skip(absent);
      const conflict = expected(name)?.conflicts[0];
      if (conflict === undefined) throw new Error(`${name} expects no conflict`);
      const { firstRevertAt = '', thirdRevertAt = firstRevertAt, lastRevertAt = '' } = conflict;
      const series = await replayMetrics(recordingPath(name));
      const { workload, field } = conflict;
      // Two Applications on one object: the conflict goes by the first.
      const application = conflict.application ?? { namespace: 'argocd', name: conflict.contenders[0]?.name ?? '' };
      const from = Date.parse(thirdRevertAt) + WITHIN_MS;
      // Where the fight is over within the time, the alert stays for the minutes that it is kept.
      const until = Math.max(from + WITHIN_MS, Date.parse(lastRevertAt));
      const labels = {
        severity: 'warning',
        job: TARGET.job,
        namespace: TARGET.namespace,
        workload_namespace: workload.namespace,
        workload_kind: workload.kind,
        workload: workload.name,
        application_namespace: application.namespace,
        application: application.name,
        field,
      };
      const expectations: Expectation[] = [];
      for (let index = 0; index < series.scrapes; index += 1) {
        const at = series.from + index * SCRAPE_MS;
        if (at >= Date.parse(firstRevertAt) && at < from) continue;
        if (at > until) break;
        const firing = at < from ? [] : [{ labels }];
        expectations.push({ at: (index * SCRAPE_MS) / 1_000, alert: 'TugwatchConflictConfirmed', firing });
      }
      expect(expectations.some(({ firing }) => firing.length > 0)).toBe(true);
      expect(await testRules(bareRules(), ruleTest('rules.yaml', name, series, expectations))).toMatchObject({
        code: 0,
      });
    },
  );

  it.for(['rollout', 'hpa-thrash', 'manual-drift', 'fixed', 'noselfheal', 'drift', 'omitted'])(
    'tell nothing of %s at any evaluation',
    async (name, { skip }) => {
      if (absent !== null) skip(absent);
      expect(expected(name)?.conflicts).toEqual([]);
      const series = await replayMetrics(recordingPath(name));
      const times = Array.from({ length: series.scrapes }, (_, index) => (index * SCRAPE_MS) / 1_000);
      const quiet = times.flatMap((at) => ALERTS.map((alert) => ({ at, alert, firing: [] })));
      expect(quiet.length).toBeGreaterThan(30);
      expect(await testRules(bareRules(), ruleTest('rules.yaml', name, series, quiet))).toMatchObject({ code: 0 });
    },
  );
});
