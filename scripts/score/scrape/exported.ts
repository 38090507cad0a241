/** What an exporter says at a scrape. */
import type { Labels } from '../promql/series.ts';

export interface Reading {
  /** With the metric's name under `__name__`. */
  readonly labels: Labels;
  readonly value: number;
}
