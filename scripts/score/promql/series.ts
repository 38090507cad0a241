/** What a Prometheus server holds: series of samples. Times are milliseconds since the epoch. */
import type { Millis } from '../../../src/model/facts.ts';

/** Label values by name, the metric's own name under `__name__`. A label that is missing and one that is '' are the same. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly at: Millis;
  /** null: a staleness marker, the series was not in this scrape any more. */
  readonly value: number | null;
}

export interface Series {
  readonly labels: Labels;
  /** In order of time. */
  readonly samples: readonly Sample[];
}

/** By metric name. */
export type SeriesStore = ReadonlyMap<string, readonly Series[]>;

export const METRIC_NAME = '__name__';

/** The same text for the same labels, in whatever order they were set. */
export function keyOfLabels(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}
