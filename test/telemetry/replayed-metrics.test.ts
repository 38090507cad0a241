import { describe, expect, it } from 'vitest';
import { replayMetrics, type SampledSeries, SCRAPE_MS } from '../../scripts/alerting/replay-metrics.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';

/** The value of the one series that has all the parts, at a time of day of the recording. */
function valueAt(
  { from, values }: SampledSeries,
  time: string,
  ...parts: readonly string[]
): number | null | undefined {
  const index = (Date.parse(`2026-11-21T${time}Z`) - from) / SCRAPE_MS;
  const found = [...values].filter(([series]) => parts.every((part) => series.includes(part)));
  expect(found).toHaveLength(1);
  return found[0]?.[1][index];
}

describe.skipIf(noRecordings)('the metrics of a recorded fight, scrape by scrape', () => {
  it('count the writes of each side as they come, and stop when it is over', async () => {
    const series = await replayMetrics(recordingPath('grokdevops'));
    const writes = (time: string, writer: string) =>
      valueAt(series, time, 'tugwatch_field_writes_total{', `writer="${writer}"`);
    expect([writes('05:45:30', 'argocd'), writes('05:50:00', 'argocd'), writes('06:08:30', 'argocd')]).toEqual([
      3, 8, 27,
    ]);
    expect(writes('05:45:30', 'hpa')).toBe(3);
    expect(writes('06:08:30', 'hpa')).toBe(writes('06:20:00', 'hpa'));
    expect(valueAt(series, '06:20:00', 'tugwatch_conflict_state{', 'state="resolved"')).toBe(1);
  });

  it('show what the autoscaler wants, what the workload is told and what Git says', async () => {
    const series = await replayMetrics(recordingPath('slow'));
    const replicas = (time: string) =>
      ['wanted', 'spec', 'declared'].map((which) => valueAt(series, time, `tugwatch_conflict_${which}_replicas{`));
    expect(replicas('05:58:30')).toEqual([null, null, null]);
    expect(replicas('05:59:30')).toEqual([6, 3, 3]);
    expect(replicas('06:07:00')).toEqual([9, 9, 3]);
  });

  it('have no wish of an autoscaler where nothing but a schedule scales', async () => {
    const series = await replayMetrics(recordingPath('downscaler'));
    expect([...series.values.keys()].filter((name) => name.startsWith('tugwatch_conflict_wanted_replicas'))).toEqual(
      [],
    );
    expect(valueAt(series, '06:05:00', 'tugwatch_conflict_declared_replicas{')).toBeGreaterThan(0);
  });
});
