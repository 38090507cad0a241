import { describe, expect, it } from 'vitest';
import { evaluationTimes, fireAlert } from '../../scripts/score/alerts/fire.ts';
import type { AlertRule } from '../../scripts/score/alerts/read-rules.ts';
import { parseExpression } from '../../scripts/score/promql/parse.ts';
import { type BySecond, seriesOf, storeOf } from './series.ts';

const TIMES = [0, 30, 60, 90, 120, 150, 180].map((second) => second * 1_000);

function fire(expr: string, holdSeconds: number, values: BySecond) {
  const rule: AlertRule = {
    alert: 'Test',
    expression: parseExpression(expr),
    holdFor: holdSeconds * 1_000,
    interval: 30_000,
  };
  const firings = fireAlert(rule, storeOf(seriesOf('a', { app: 'web' }, values)), TIMES);
  return firings.map(({ labels, from, until }) => [labels['app'], from / 1_000, until === null ? null : until / 1_000]);
}

describe('an alert', () => {
  it('without "for" fires at the first evaluation that finds it, until one does not', () => {
    expect(fire('a > 4', 0, { 0: 1, 30: 5, 60: 5, 90: 1 })).toEqual([['web', 30, 90]]);
  });

  it('with "for" fires once it held that long, not an evaluation earlier', () => {
    expect(fire('a > 4', 60, { 0: 1, 30: 5 })).toEqual([['web', 90, null]]);
    expect(fire('a > 4', 61, { 0: 1, 30: 5 })).toEqual([['web', 120, null]]);
  });

  it('begins anew after one evaluation without it: a value that flaps never fires', () => {
    expect(fire('a > 4', 60, { 0: 5, 30: 5, 60: 1, 90: 5, 120: 5, 150: 5 })).toEqual([['web', 150, null]]);
    expect(fire('a > 4', 60, { 0: 5, 30: 5, 60: 1, 90: 5, 120: 5, 150: 1, 180: 5 })).toEqual([]);
  });

  it('fires again after it was over', () => {
    expect(fire('a > 4', 0, { 0: 5, 30: 1, 60: 5, 90: null })).toEqual([
      ['web', 0, 30],
      ['web', 60, 90],
    ]);
  });

  it('does not carry the name of the metric', () => {
    const rule: AlertRule = { alert: 'Test', expression: parseExpression('a'), holdFor: 0, interval: 30_000 };
    const [firing] = fireAlert(rule, storeOf(seriesOf('a', { app: 'web' }, { 0: 1 })), TIMES);
    expect(firing?.labels).toEqual({ app: 'web' });
  });
});

describe('evaluations', () => {
  it('follow the scrapes by a second, so that no sample lies on the edge of a window', () => {
    expect(evaluationTimes([60_000, 90_000, 120_000], 30_000)).toEqual([61_000, 91_000, 121_000]);
    expect(evaluationTimes([60_000, 90_000, 120_000], 60_000)).toEqual([61_000, 121_000]);
    expect(evaluationTimes([], 30_000)).toEqual([]);
  });
});
