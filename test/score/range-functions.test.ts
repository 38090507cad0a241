import { describe, expect, it } from 'vitest';
import { applyRangeFunction, pointsWithin } from '../../scripts/score/promql/range-functions.ts';
import type { RangeFunction } from '../../scripts/score/promql/syntax.ts';
import { pointsOf, samplesOf } from './series.ts';

function apply(name: RangeFunction, values: Record<number, number>, rangeSeconds: number, endSeconds: number) {
  return applyRangeFunction(name, pointsOf(values), rangeSeconds * 1_000, endSeconds * 1_000);
}

describe('the window of a range', () => {
  it('takes a sample at its end and leaves out one at its start', () => {
    const points = pointsWithin(samplesOf({ 40: 1, 41: 2, 100: 3, 101: 4 }), 60_000, 100_000);
    expect(points.map(({ value }) => value)).toEqual([2, 3]);
  });

  it('does not see staleness markers', () => {
    expect(pointsWithin(samplesOf({ 50: 1, 80: null, 90: 2 }), 60_000, 100_000)).toHaveLength(2);
  });
});

describe('increase and rate', () => {
  it('reach to both ends of the window where samples lie near them', () => {
    // 6 in 30 s, stretched over the 60 s from 40 to 100.
    expect(apply('increase', { 50: 10, 80: 16 }, 60, 100)).toBeCloseTo(12);
    expect(apply('rate', { 50: 10, 80: 16 }, 60, 100)).toBeCloseTo(0.2);
  });

  it('add what a counter had reached before it was reset', () => {
    // 8 → 10, reset, (0 →) 1 → 3: up by 5 in 45 s, stretched by 5 s and 10 s.
    expect(apply('increase', { 45: 8, 60: 10, 75: 1, 90: 3 }, 60, 100)).toBeCloseTo((5 * 60) / 45);
  });

  it('add half a scrape interval where the series begins within the window', () => {
    // 4 in 120 s, half of 30 s before, and the 30 s up to the end.
    expect(apply('increase', { 150: 100, 180: 101, 210: 102, 240: 103, 270: 104 }, 300, 300)).toBeCloseTo(
      (4 * (120 + 15 + 30)) / 120,
    );
  });

  it('add half a scrape interval where the series ends within the window', () => {
    // The window begins 10 s before the first sample and ends 110 s after the last.
    expect(apply('increase', { 10: 50, 40: 51, 70: 52 }, 180, 180)).toBeCloseTo((2 * (60 + 10 + 15)) / 60);
  });

  it('take the 110 % of the scrape interval for the limit of being near an end', () => {
    expect(apply('increase', { 32: 50, 62: 51 }, 62, 62)).toBeCloseTo((1 * (30 + 32)) / 30);
    expect(apply('increase', { 33: 50, 63: 51 }, 63, 63)).toBeCloseTo((1 * (30 + 15)) / 30);
  });

  it('do not reach back to where the counter would have been below zero', () => {
    expect(apply('increase', { 150: 0, 180: 1, 210: 2, 240: 3, 270: 4 }, 300, 300)).toBeCloseTo((4 * (120 + 30)) / 120);
    // From 1 it is 30 s back to zero at this pace.
    expect(apply('increase', { 150: 1, 180: 2, 210: 3, 240: 4, 270: 5 }, 300, 300)).toBeCloseTo(
      (4 * (120 + 30 + 30)) / 120,
    );
    // 2 and 14: the 5 s back to zero count, not the 20 s to the start of the window.
    expect(apply('increase', { 20: 2, 50: 14 }, 50, 50)).toBeCloseTo((12 * (30 + 5)) / 30);
  });

  it('are zero over a counter that stands still, and nothing over fewer than two samples', () => {
    expect(apply('increase', { 50: 3, 80: 3 }, 60, 100)).toBe(0);
    expect(apply('increase', { 50: 3 }, 60, 100)).toBeNull();
    expect(apply('rate', {}, 60, 100)).toBeNull();
  });
});

describe('changes', () => {
  it('counts how often neighbouring samples differ, up or down', () => {
    expect(apply('changes', { 30: 3, 60: 9, 90: 9, 120: 3, 150: 4 }, 180, 180)).toBe(3);
  });

  it('is zero for one sample, and nothing for none', () => {
    expect(apply('changes', { 30: 3 }, 60, 60)).toBe(0);
    expect(apply('changes', {}, 60, 60)).toBeNull();
  });
});
