/**
 * Functions over the samples in a window. After prometheus/prometheus promql/functions.go (extrapolatedRate, funcChanges)
 * and promql/engine.go (matrixSelector); seconds where Prometheus takes seconds.
 */
import type { Millis } from '../../../src/model/facts.ts';
import type { Sample } from './series.ts';
import type { RangeFunction } from './syntax.ts';

export interface Point {
  readonly at: Millis;
  readonly value: number;
}

/** A series is guessed to begin or end within the window when the next sample is missing by more than this. */
const EXTRAPOLATION_LIMIT = 1.1;

/** The samples of the window, left-open as in Prometheus 3: one exactly at its start is out. Staleness markers never count. */
export function pointsWithin(samples: readonly Sample[], range: Millis, end: Millis): readonly Point[] {
  const points: Point[] = [];
  for (const { at, value } of samples) {
    if (at > end - range && at <= end && value !== null) points.push({ at, value });
  }
  return points;
}

/** What a range function says of one series at `end`; null: nothing, so the series drops out of the result. */
export function applyRangeFunction(
  name: RangeFunction,
  points: readonly Point[],
  range: Millis,
  end: Millis,
): number | null {
  switch (name) {
    case 'changes':
      return points.length === 0 ? null : countChanges(points);
    case 'increase':
      return increaseOf(points, range, end);
    case 'rate': {
      const increase = increaseOf(points, range, end);
      return increase === null ? null : increase / (range / 1_000);
    }
  }
}

function countChanges(points: readonly Point[]): number {
  return pairsOf(points).filter(([before, after]) => before.value !== after.value).length;
}

/**
 * How far a counter went up, extrapolated from the samples to the ends of the window: all the way where the first or
 * last sample is near the end, else by half the average distance of two samples, and not to below zero. As Prometheus
 * 2.42, with which the rules were measured, does it; since its pull request 13725 (2024) the distance to zero no longer
 * takes the place of a shorter half distance, so that a counter that has just begun counts up to one scrape less.
 */
function increaseOf(points: readonly Point[], range: Millis, end: Millis): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return null;
  let increase = last.value - first.value;
  for (const [before, after] of pairsOf(points)) if (after.value < before.value) increase += before.value;

  const sampled = (last.at - first.at) / 1_000;
  const average = sampled / (points.length - 1);
  const reach = (gap: number) => (gap < average * EXTRAPOLATION_LIMIT ? gap : average / 2);
  const toStart = (first.at - (end - range)) / 1_000;
  const toZero = increase > 0 && first.value >= 0 ? sampled * (first.value / increase) : Number.POSITIVE_INFINITY;
  const beyond = reach(Math.min(toStart, toZero)) + reach((end - last.at) / 1_000);
  return increase * ((sampled + beyond) / sampled);
}

function pairsOf(points: readonly Point[]): readonly (readonly [Point, Point])[] {
  return points.slice(1).map((after, index) => [points[index] ?? after, after] as const);
}
