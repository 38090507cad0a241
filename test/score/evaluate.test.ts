import { describe, expect, it } from 'vitest';
import { evaluateVector } from '../../scripts/score/promql/evaluate.ts';
import { parseExpression } from '../../scripts/score/promql/parse.ts';
import type { SeriesStore } from '../../scripts/score/promql/series.ts';
import { seriesOf, storeOf } from './series.ts';

function evaluate(source: string, store: SeriesStore, second = 60) {
  return evaluateVector(parseExpression(source), store, second * 1_000);
}

const values = (source: string, store: SeriesStore, second?: number) =>
  evaluate(source, store, second).map(({ value }) => value);

describe('a selector', () => {
  const store = storeOf(
    seriesOf('a', { app: 'web', phase: 'Succeeded' }, { 30: 1, 60: 2 }),
    seriesOf('a', { app: 'db' }, { 30: 5, 60: null }),
  );

  it('takes the last sample, for five minutes, and nothing after a staleness marker', () => {
    expect(values('a', store, 59)).toEqual([1, 5]);
    expect(values('a', store, 60)).toEqual([2]);
    expect(values('a', store, 359)).toEqual([2]);
    expect(values('a', store, 360)).toEqual([]);
    expect(values('a', store, 29)).toEqual([]);
  });

  it('matches labels exactly or by an anchored pattern, a missing label being empty', () => {
    expect(values('a{app="web"}', store, 30)).toEqual([1]);
    expect(values('a{phase!="Succeeded"}', store, 30)).toEqual([5]);
    expect(values('a{app=~"w"}', store, 30)).toEqual([]);
    expect(values('a{app=~"w.*|d.*"}', store, 30)).toEqual([1, 5]);
    expect(values('a{phase!~".+"}', store, 30)).toEqual([5]);
  });
});

describe('operators', () => {
  const store = storeOf(
    seriesOf('desired', { hpa: 'x' }, { 60: 9 }),
    seriesOf('desired', { hpa: 'y' }, { 60: 3 }),
    seriesOf('current', { hpa: 'x' }, { 60: 3 }),
    seriesOf('current', { hpa: 'y' }, { 60: 3 }),
    seriesOf('current', { hpa: 'z' }, { 60: 3 }),
  );

  it('pair series by their labels, whatever the metrics are called, and filter by comparison', () => {
    expect(evaluate('desired != current', store)).toEqual([{ labels: { __name__: 'desired', hpa: 'x' }, value: 9 }]);
    expect(values('desired == current', store)).toEqual([3]);
    expect(values('current >= 3', store)).toEqual([3, 3, 3]);
    expect(values('5 > desired', store)).toEqual([3]);
  });

  it('give arithmetic a new series without a name', () => {
    expect(evaluate('desired - current', store)).toEqual([
      { labels: { hpa: 'x' }, value: 6 },
      { labels: { hpa: 'y' }, value: 0 },
    ]);
    expect(values('desired * (1 + 1)', store)).toEqual([18, 6]);
  });

  it('keep of two sets what is in both, in the first only, or in either', () => {
    expect(evaluate('current and desired > 5', store)).toEqual([
      { labels: { __name__: 'current', hpa: 'x' }, value: 3 },
    ]);
    expect(evaluate('current unless desired', store).map(({ labels }) => labels['hpa'])).toEqual(['z']);
    expect(values('desired or current', store)).toEqual([9, 3, 3]);
  });

  it('refuse pairs that are not one to one, as Prometheus does', () => {
    expect(() => evaluate('desired > on () current', store)).toThrow(/several series on the right of >/);
    expect(() => evaluate('current > on () (desired < 5) - 1', store)).toThrow(/several series on the left of >/);
  });

  it('refuse a result in which two series cannot be told apart', () => {
    const twins = storeOf(seriesOf('a', { x: '1' }, { 60: 2 }), seriesOf('b', { x: '1' }, { 60: 2 }));
    expect(values('a or on (__name__) b', twins)).toEqual([2, 2]);
    expect(() => evaluate('(a or on (__name__) b) * 2', twins)).toThrow(
      /two series of the result carry the same labels/,
    );
  });
});

describe('an aggregation', () => {
  const store = storeOf(
    seriesOf('syncs', { name: 'web', phase: 'Succeeded' }, { 60: 4 }),
    seriesOf('syncs', { name: 'web', phase: 'Failed' }, { 60: 2 }),
    seriesOf('syncs', { name: 'db', phase: 'Succeeded' }, { 60: 1 }),
  );

  it('groups by the labels it names, or by all others', () => {
    const expected = [
      { labels: { name: 'web' }, value: 6 },
      { labels: { name: 'db' }, value: 1 },
    ];
    expect(evaluate('sum by (name) (syncs)', store)).toEqual(expected);
    expect(evaluate('sum without (phase) (syncs)', store)).toEqual(expected);
    expect(evaluate('sum(syncs)', store)).toEqual([{ labels: {}, value: 7 }]);
  });

  it('counts, averages and finds the ends', () => {
    expect(
      ['count', 'avg', 'min', 'max'].flatMap((operator) => values(`${operator} by (name) (syncs)`, store)),
    ).toEqual([2, 1, 3, 1, 2, 1, 4, 1]);
  });

  it('adds rates, each over the same window', () => {
    const counters = storeOf(
      seriesOf('syncs', { name: 'web', phase: 'Succeeded' }, { 20: 10, 50: 16 }),
      seriesOf('syncs', { name: 'web', phase: 'Failed' }, { 20: 10, 50: 13 }),
    );
    expect(evaluate('sum by (name) (rate(syncs[1m]))', counters)).toEqual([
      { labels: { name: 'web' }, value: expect.closeTo((12 + 6) / 60, 9) },
    ]);
  });
});
