/** Evaluates an expression at one instant, as Prometheus does for an alert rule. */
import type { Millis } from '../../../src/model/facts.ts';
import { applyRangeFunction, pointsWithin } from './range-functions.ts';
import { dropLabels, METRIC_NAME, type Series, type SeriesStore } from './series.ts';
import { ARITHMETIC, type Expression, isOneOf, PromqlError, SET_OPERATORS, type Selector } from './syntax.ts';
import { aggregate, combine, combineSets, combineVectors, type Element, rejectTwins, type Vector } from './vector.ts';

/** How long a sample stands for its series when no newer one comes (Prometheus's --query.lookback-delta). */
const LOOKBACK_MS = 5 * 60_000;

/** @throws PromqlError where Prometheus would fail: series that cannot be told apart, or a number instead of a vector. */
export function evaluateVector(expression: Expression, store: SeriesStore, at: Millis): Vector {
  const value = evaluate(expression, store, at);
  if (typeof value === 'number') throw new PromqlError('the expression is a number, but an alert needs a vector.');
  return value;
}

function evaluate(expression: Expression, store: SeriesStore, at: Millis): number | Vector {
  switch (expression.type) {
    case 'number':
      return expression.value;
    case 'selector':
      return select(expression, store).flatMap((series) => lastOf(series, at));
    case 'range-call': {
      const { range } = expression;
      const results = select(expression.selector, store).flatMap(({ labels, samples }): Element[] => {
        const value = applyRangeFunction(expression.function, pointsWithin(samples, range, at), range, at);
        return value === null ? [] : [{ labels: dropLabels(labels, [METRIC_NAME]), value }];
      });
      return rejectTwins(results);
    }
    case 'aggregation': {
      const { operator, without, labels, argument } = expression;
      return aggregate(operator, evaluateVector(argument, store, at), without, labels);
    }
    case 'binary':
      return evaluateBinary(expression, store, at);
  }
}

function evaluateBinary(
  { operator, left: leftSide, right: rightSide, matching }: Extract<Expression, { type: 'binary' }>,
  store: SeriesStore,
  at: Millis,
): number | Vector {
  const left = evaluate(leftSide, store, at);
  const right = evaluate(rightSide, store, at);
  if (isOneOf(SET_OPERATORS, operator)) {
    if (typeof left === 'number' || typeof right === 'number') throw new PromqlError(`${operator} needs two vectors.`);
    return combineSets(operator, left, right, matching);
  }
  if (typeof left !== 'number' && typeof right !== 'number') return combineVectors(operator, left, right, matching);
  if (typeof left === 'number' && typeof right === 'number') return combine(operator, left, right) ?? Number.NaN;
  const arithmetic = isOneOf(ARITHMETIC, operator);
  const vector = typeof left === 'number' ? (right as Vector) : left;
  const results = vector.flatMap((element): Element[] => {
    const value =
      typeof left === 'number'
        ? combine(operator, left, element.value)
        : combine(operator, element.value, right as number);
    if (value === null) return [];
    // A comparison filters the vector, whichever side it is on; arithmetic makes something new, without a name.
    return [arithmetic ? { labels: dropLabels(element.labels, [METRIC_NAME]), value } : element];
  });
  return arithmetic ? rejectTwins(results) : results;
}

function select({ metric, matchers }: Selector, store: SeriesStore): readonly Series[] {
  const all = store.get(metric) ?? [];
  return all.filter(({ labels }) => matchers.every(({ label, accepts }) => accepts(labels[label] ?? '')));
}

function lastOf({ labels, samples }: Series, at: Millis): Element[] {
  const last = samples.findLast((sample) => sample.at <= at);
  if (last === undefined || last.value === null || last.at <= at - LOOKBACK_MS) return [];
  return [{ labels, value: last.value }];
}
