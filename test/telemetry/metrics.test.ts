import { describe, expect, it } from 'vitest';
import type { ContestedCounts } from '../../src/model/observations.ts';
import { FAMILIES } from '../../src/telemetry/families.ts';
import type { Metrics, MetricsOptions } from '../../src/telemetry/metrics.ts';
import { createMetrics, METRICS_CONTENT_TYPE } from '../../src/telemetry/metrics.ts';
import type { TelemetrySnapshot } from '../../src/telemetry/snapshot.ts';
import * as given from '../support/report-fixtures.ts';

const HOUR = 3_600_000;

const { aCount: counts, aSnapshot } = given;

/** Metrics over a snapshot that the test can change. */
async function textOf(metrics: Metrics): Promise<string> {
  return Buffer.concat(await metrics.render()).toString();
}

function metricsOver(first: TelemetrySnapshot, options: Partial<MetricsOptions> = {}) {
  let snapshot = first;
  const metrics = createMetrics({ version: '0.1.0', revision: 'abc1234', snapshot: () => snapshot, ...options });
  return {
    metrics,
    async scrape(next?: TelemetrySnapshot): Promise<Sample[]> {
      if (next !== undefined) snapshot = next;
      return samplesOf(await textOf(metrics));
    },
  };
}

type Sample = { line: string; name: string; value: number };

function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ line, name: line.split(/[{ ]/)[0] ?? '', value: Number(line.split(' ').at(-1)) }));
}

function shownValue(samples: Sample[], name: string, ...parts: string[]): number | undefined {
  return samples.find((sample) => sample.name === name && parts.every((part) => sample.line.includes(part)))?.value;
}

describe('the exposition text', () => {
  it('of a fight, a risk and a broken watch is exactly this', async () => {
    const { metrics } = metricsOver(
      aSnapshot({
        contested: [counts()],
        syncs: ({ name }) =>
          new Map([
            [given.WEB_APP.name, { 'self-heal': 17, revision: 2, manual: 1, other: 0 }],
            ['bystander', { 'self-heal': 0, revision: 9, manual: 0, other: 0 }],
          ]).get(name),
        risks: [
          given.aRisk(),
          given.aRisk({ message: 'The same rule and field, found another way.' }),
          given.aRisk({ workload: { ...given.WEB, name: 'pay' }, suppressed: 'TW101: a load test' }),
        ],
        notices: { 'hpa-thrash': 4, 'half-fixed': 1 },
        watches: [
          given.aWatch({ corrections: 2, gaps: 1 }),
          given.aWatch({ resource: 'rollouts.argoproj.io', state: 'forbidden', listed: false, lastContactAt: null }),
        ],
        skippedLines: 3,
      }),
    );
    await expect(await textOf(metrics)).toMatchFileSnapshot('golden/fight.prom');
  });

  it('of a quiet cluster has no series for any workload', async () => {
    const { metrics } = metricsOver(aSnapshot());
    await expect(await textOf(metrics)).toMatchFileSnapshot('golden/quiet.prom');
  });

  it('is declared as the text format of Prometheus', () => {
    expect(METRICS_CONTENT_TYPE).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('tells of the process when asked to', async () => {
    const samples = await metricsOver(aSnapshot(), { processMetrics: true }).scrape();
    expect(shownValue(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });
});

describe('series of a conflict', () => {
  it('start at zero for every writer and direction, so that the first increase is seen', async () => {
    const samples = await metricsOver(
      aSnapshot({ contested: [counts({ state: 'suspected', writes: {}, podsUp: 0, podsDown: 0 })] }),
    ).scrape();
    const zeros = samples.filter(({ name, value }) => name === 'tugwatch_field_writes_total' && value === 0);
    expect(zeros).toHaveLength(7);
    expect(shownValue(samples, 'tugwatch_replicaset_churn_pods_total', 'direction="down"')).toBe(0);
    expect(shownValue(samples, 'tugwatch_argocd_syncs_total', 'trigger="self-heal"')).toBe(0);
  });

  it('stay for an hour after it was resolved and then leave, though the detector still remembers it', async () => {
    const { scrape } = metricsOver(aSnapshot({ contested: [counts()] }));
    await scrape();
    const resolved = [counts({ state: 'resolved', reversals: 18 })];
    const at = (offset: number) => scrape(aSnapshot({ now: given.T0 + offset, contested: resolved }));
    expect(shownValue(await at(1), 'tugwatch_conflict_state', 'state="resolved"')).toBe(1);
    expect(shownValue(await at(HOUR), 'tugwatch_conflict_reversals_total')).toBe(18);
    expect((await at(HOUR + 1)).filter(({ line }) => line.includes('workload="web"'))).toEqual([]);
    expect((await at(9 * HOUR)).filter(({ line }) => line.includes('workload="web"'))).toEqual([]);
    expect(shownValue(await at(9 * HOUR), 'tugwatch_conflicts', 'resolved')).toBe(1);
  });

  it('come back with their counts when it flares up again', async () => {
    const { scrape } = metricsOver(aSnapshot({ contested: [counts({ state: 'resolved' })] }));
    await scrape();
    await scrape(aSnapshot({ now: given.T0 + 2 * HOUR, contested: [counts({ state: 'resolved' })] }));
    const back = await scrape(aSnapshot({ now: given.T0 + 3 * HOUR, contested: [counts({ reversals: 19 })] }));
    expect(shownValue(back, 'tugwatch_conflict_reversals_total')).toBe(19);
    expect(shownValue(back, 'tugwatch_conflict_state', 'state="confirmed"')).toBe(1);
  });

  it('keep their counters and lose their state when the detector has forgotten it', async () => {
    const { scrape } = metricsOver(aSnapshot({ contested: [counts()] }));
    await scrape();
    const gone = await scrape(aSnapshot({ now: given.T0 + 1 }));
    expect(shownValue(gone, 'tugwatch_conflict_reversals_total')).toBe(17);
    expect(shownValue(gone, 'tugwatch_conflict_state')).toBeUndefined();
    const later = await scrape(aSnapshot({ now: given.T0 + 1 + HOUR }));
    expect(shownValue(later, 'tugwatch_conflict_reversals_total')).toBeUndefined();
  });

  it('tell the three values of spec.replicas only where the cluster shows them: zero would be a claim', async () => {
    const names = (samples: Sample[]) =>
      samples.map(({ name }) => name).filter((name) => /^tugwatch_conflict_[a-z]+_replicas$/.test(name));
    const { scrape } = metricsOver(aSnapshot({ contested: [counts()] }));
    expect(names(await scrape())).toEqual([
      'tugwatch_conflict_wanted_replicas',
      'tugwatch_conflict_spec_replicas',
      'tugwatch_conflict_declared_replicas',
    ]);
    const scaledToZero = counts({ replicas: { wanted: null, spec: 0, declared: null } });
    const idle = await scrape(aSnapshot({ contested: [scaledToZero] }));
    expect(names(idle)).toEqual(['tugwatch_conflict_spec_replicas']);
    expect(shownValue(idle, 'tugwatch_conflict_spec_replicas')).toBe(0);
    const { replicas: _, ...ofAnotherField } = counts();
    expect(names(await scrape(aSnapshot({ contested: [ofAnotherField] })))).toEqual([]);
    await scrape(aSnapshot({ contested: [counts()] }));
    expect(names(await scrape(aSnapshot()))).toEqual([]);
  });

  it('never fall while they are shown, whatever becomes of the conflicts behind them', async () => {
    const other = counts({ conflictId: 'second', reversals: 5, podsUp: 60, state: 'suspected' });
    const { scrape } = metricsOver(aSnapshot({ contested: [counts(), other] }));
    const both = await scrape();
    expect(shownValue(both, 'tugwatch_conflict_reversals_total')).toBe(22);
    expect(shownValue(both, 'tugwatch_replicaset_churn_pods_total', 'direction="up"')).toBe(60);
    expect(both.filter(({ name }) => name === 'tugwatch_conflict_state')).toHaveLength(3);

    const one = await scrape(aSnapshot({ contested: [counts({ reversals: 18 })] }));
    expect(shownValue(one, 'tugwatch_conflict_reversals_total')).toBe(23);
    const anew = await scrape(aSnapshot({ contested: [counts({ reversals: 2 })] }));
    expect(shownValue(anew, 'tugwatch_conflict_reversals_total')).toBe(25);
  });

  it('are the same in two scrapes at once, and in two after another', async () => {
    const { metrics } = metricsOver(aSnapshot({ contested: [counts()] }));
    const [one, two] = await Promise.all([metrics.render(), metrics.render()]);
    expect(two).toEqual(one);
    expect(await metrics.render()).toEqual(one);
  });
});

describe('the cap on series', () => {
  const many = (state: ContestedCounts['state'], ...names: string[]) =>
    names.map((name) => counts({ conflictId: name, workload: { ...given.WEB, name }, state }));
  const shown = (samples: Sample[]) =>
    samples
      .filter(({ name }) => name === 'tugwatch_conflict_reversals_total')
      .map(({ line }) => /workload="([^"]+)"/.exec(line)?.[1]);

  it('keeps the confirmed ones and those shown before, and counts each it left out once', async () => {
    const { scrape } = metricsOver(aSnapshot({ contested: many('suspected', 'c', 'd') }), { seriesLimit: 2 });
    expect(shown(await scrape())).toEqual(['c', 'd']);

    const contested = [...many('suspected', 'a', 'b', 'c', 'd'), ...many('confirmed', 'e')];
    const full = await scrape(aSnapshot({ contested }));
    expect(shown(full)).toEqual(['c', 'e']);
    expect(shownValue(full, 'tugwatch_series_dropped_total', 'scope="conflict"')).toBe(3);
    expect(shownValue(full, 'tugwatch_conflicts', 'suspected')).toBe(4);

    const again = await scrape();
    expect(shown(again)).toEqual(['c', 'e']);
    expect(shownValue(again, 'tugwatch_series_dropped_total', 'scope="conflict"')).toBe(3);
    expect(shownValue(again, 'tugwatch_series_hidden', 'scope="conflict"')).toBe(3);

    const one = (now: number) => scrape(aSnapshot({ now, contested: many('confirmed', 'e') }));
    await one(given.T0);
    const later = await one(given.T0 + HOUR);
    expect(shownValue(later, 'tugwatch_series_dropped_total', 'scope="conflict"')).toBe(3);
    expect(shownValue(later, 'tugwatch_series_hidden', 'scope="conflict"')).toBe(0);
  });

  it('holds for risks and applications too, and the totals stay complete', async () => {
    const risks = ['a', 'b', 'c'].map((name) =>
      given.aRisk({ workload: { ...given.WEB, name }, application: { namespace: 'argocd', name } }),
    );
    const samples = await metricsOver(aSnapshot({ risks }), { seriesLimit: 2 }).scrape();
    expect(samples.filter(({ name }) => name === 'tugwatch_risk')).toHaveLength(2);
    expect(shownValue(samples, 'tugwatch_risks', 'rule="TW101"')).toBe(3);
    expect(samples.filter(({ name }) => name === 'tugwatch_argocd_syncs_total')).toHaveLength(8);
    expect(shownValue(samples, 'tugwatch_series_dropped_total', 'scope="risk"')).toBe(1);
    expect(shownValue(samples, 'tugwatch_series_dropped_total', 'scope="application"')).toBe(1);
  });
});

describe('what goes wrong while collecting', () => {
  it('costs one metric and is counted, the others are served', async () => {
    const failed: string[] = [];
    const families = FAMILIES.map((family) =>
      family.name === 'tugwatch_conflicts' && family.about === 'cluster'
        ? {
            ...family,
            samples: function* () {
              yield { labels: { state: 'confirmed' }, value: 1 };
              throw new Error('half way');
            },
          }
        : family,
    );
    const { scrape } = metricsOver(aSnapshot({ contested: [counts()] }), {
      families,
      onError: (family) => failed.push(family),
    });
    const samples = await scrape();
    expect(shownValue(samples, 'tugwatch_conflicts')).toBeUndefined();
    expect(shownValue(samples, 'tugwatch_conflict_reversals_total')).toBe(17);
    expect(shownValue(samples, 'tugwatch_collect_errors_total', 'family="tugwatch_conflicts"')).toBe(1);
    expect(failed).toEqual(['tugwatch_conflicts']);
  });

  it('leaves the cluster out and says so when there is no snapshot: zero conflicts would be a lie', async () => {
    const { scrape } = metricsOver(aSnapshot(), {
      snapshot: () => {
        throw new Error('not now');
      },
    });
    const samples = await scrape();
    expect(shownValue(samples, 'tugwatch_conflicts')).toBeUndefined();
    expect(shownValue(samples, 'tugwatch_build_info', 'revision="abc1234"')).toBe(1);
    expect(shownValue(samples, 'tugwatch_collect_errors_total', 'family="snapshot"')).toBe(1);
  });

  it('survives hostile names: every sample stays on its line and shows what it hides', async () => {
    const evil = given.HOSTILE;
    const contested = [
      counts({ workload: { ...given.WEB, name: evil }, field: evil, application: { namespace: evil, name: evil } }),
    ];
    const watches = [given.aWatch({ cluster: evil, resource: evil })];
    const { metrics } = metricsOver(aSnapshot({ contested, watches }));
    const text = await textOf(metrics);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.filter((line) => !/^tugwatch_\w+(\{(\w+="([^"\\]|\\.)*",?)*\})? \S+$/.test(line))).toEqual([]);
  });
});

describe('the limit of series', () => {
  it('can be raised and lowered between two scrapes', async () => {
    const contested = ['c', 'd', 'e'].map((name) =>
      counts({ conflictId: name, workload: { ...given.WEB, name }, state: 'suspected' }),
    );
    const { metrics, scrape } = metricsOver(aSnapshot({ contested }), { seriesLimit: 1 });
    const shown = (samples: Sample[]) => samples.filter(({ name }) => name === 'tugwatch_conflict_reversals_total');
    expect(shown(await scrape())).toHaveLength(1);
    metrics.limitSeries(3);
    const samples = await scrape();
    expect(shown(samples)).toHaveLength(3);
    expect(shownValue(samples, 'tugwatch_series_hidden', 'scope="conflict"')).toBe(0);
    metrics.limitSeries(2);
    expect(shown(await scrape())).toHaveLength(2);
  });
});

describe('the metrics about the configuration', () => {
  it('tell how it was last read, and are left out where there is none', async () => {
    const config = () => ({ successful: false, successAt: 12_500 });
    const samples = await metricsOver(aSnapshot(), { config }).scrape();
    expect(shownValue(samples, 'tugwatch_config_last_reload_successful')).toBe(0);
    expect(shownValue(samples, 'tugwatch_config_last_reload_success_timestamp_seconds')).toBe(12.5);
    const none = await metricsOver(aSnapshot()).scrape();
    expect(none.filter(({ name }) => name.startsWith('tugwatch_config'))).toEqual([]);
  });
});

describe('the metric about leading', () => {
  it('says which of several replicas writes, and is left out where no daemon runs', async () => {
    const config = () => ({ successful: true, successAt: 0 });
    let leads = false;
    const { scrape } = metricsOver(aSnapshot(), { config, leads: () => leads });
    expect(shownValue(await scrape(), 'tugwatch_leader')).toBe(0);
    leads = true;
    expect(shownValue(await scrape(), 'tugwatch_leader')).toBe(1);
    expect(shownValue(await metricsOver(aSnapshot(), { config }).scrape(), 'tugwatch_leader')).toBe(1);
    const none = await metricsOver(aSnapshot()).scrape();
    expect(none.filter(({ name }) => name === 'tugwatch_leader')).toEqual([]);
  });
});

describe('the metric about the page', () => {
  it('tells where people reach it, once somebody has said it, and follows', async () => {
    const config = () => ({ successful: true, successAt: 0 });
    let url = '';
    const { metrics } = metricsOver(aSnapshot(), { config, externalUrl: () => url });
    expect(await textOf(metrics)).not.toContain('tugwatch_web_info{');
    url = 'https://tugwatch.example.com';
    expect(await textOf(metrics)).toContain('tugwatch_web_info{url="https://tugwatch.example.com"} 1\n');
  });
});
