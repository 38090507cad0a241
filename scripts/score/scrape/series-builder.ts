/** Gathers scrapes into series, as a Prometheus server does. */
import type { Millis } from '../../../src/model/facts.ts';
import { keyOfLabels, type Labels, METRIC_NAME, type Sample, type SeriesStore } from '../promql/series.ts';
import type { Reading } from './exported.ts';

interface Growing {
  readonly labels: Labels;
  readonly samples: Sample[];
}

export class SeriesBuilder {
  readonly #series = new Map<string, Growing>();
  readonly #store = new Map<string, Growing[]>();
  #present = new Set<string>();

  /** A series that the scrape before had and this one lacks gets a staleness marker. */
  scrape(at: Millis, readings: Iterable<Reading>): void {
    const present = new Set<string>();
    for (const { labels, value } of readings) {
      const key = keyOfLabels(labels);
      present.add(key);
      this.#grow(key, labels).samples.push({ at, value });
    }
    for (const key of this.#present) {
      if (!present.has(key)) this.#series.get(key)?.samples.push({ at, value: null });
    }
    this.#present = present;
  }

  get store(): SeriesStore {
    return this.#store;
  }

  #grow(key: string, labels: Labels): Growing {
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const series: Growing = { labels, samples: [] };
    this.#series.set(key, series);
    const metric = labels[METRIC_NAME] ?? '';
    const family = this.#store.get(metric);
    if (family === undefined) this.#store.set(metric, [series]);
    else family.push(series);
    return series;
  }
}
