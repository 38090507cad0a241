/** Series by hand: seconds instead of milliseconds, null for a staleness marker. */

import type { Point } from '../../scripts/score/promql/range-functions.ts';
import { METRIC_NAME, type Sample, type Series, type SeriesStore } from '../../scripts/score/promql/series.ts';

export type BySecond = Readonly<Record<number, number | null>>;

export function samplesOf(values: BySecond): readonly Sample[] {
  return Object.entries(values).map(([second, value]) => ({ at: Number(second) * 1_000, value }));
}

export function pointsOf(values: Readonly<Record<number, number>>): readonly Point[] {
  return Object.entries(values).map(([second, value]) => ({ at: Number(second) * 1_000, value }));
}

export function seriesOf(metric: string, labels: Readonly<Record<string, string>>, values: BySecond): Series {
  return { labels: { [METRIC_NAME]: metric, ...labels }, samples: samplesOf(values) };
}

export function storeOf(...all: readonly Series[]): SeriesStore {
  return new Map(
    Object.entries(Object.groupBy(all, ({ labels }) => labels[METRIC_NAME] ?? '')).map(([k, v = []]) => [k, v]),
  );
}
