/** Instant vectors and the operators between them. After prometheus/prometheus promql/engine.go (VectorBinop, VectorAnd, …). */
import { dropLabels, keepLabels, keyOfLabels, type Labels, METRIC_NAME } from './series.ts';
import {
  type AggregationOperator,
  ARITHMETIC,
  type Arithmetic,
  type Comparison,
  isOneOf,
  type Matching,
  PromqlError,
  type SetOperator,
} from './syntax.ts';

export interface Element {
  readonly labels: Labels;
  readonly value: number;
}

export type Vector = readonly Element[];

/** @throws PromqlError when two elements carry the same labels: Prometheus refuses such a vector. */
export function rejectTwins(vector: Vector): Vector {
  const keys = new Set(vector.map(({ labels }) => keyOfLabels(labels)));
  if (keys.size === vector.length) return vector;
  throw new PromqlError('two series of the result carry the same labels, which Prometheus refuses: aggregate them.');
}

/** Whether a value passes a comparison, or what arithmetic makes of two values; null: the element drops out. */
export function combine(operator: Comparison | Arithmetic, left: number, right: number): number | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '==':
      return left === right ? left : null;
    case '!=':
      return left !== right ? left : null;
    case '>':
      return left > right ? left : null;
    case '<':
      return left < right ? left : null;
    case '>=':
      return left >= right ? left : null;
    case '<=':
      return left <= right ? left : null;
  }
}

/** One to one. @throws PromqlError where labels do not pair the two sides one to one. */
export function combineVectors(
  operator: Comparison | Arithmetic,
  left: Vector,
  right: Vector,
  matching: Matching,
): Vector {
  const partners = new Map<string, Element>();
  for (const element of right) {
    const key = matchKey(element.labels, matching);
    if (partners.has(key)) throw ambiguous(operator, 'right');
    partners.set(key, element);
  }
  const taken = new Set<string>();
  const result: Element[] = [];
  for (const element of left) {
    const key = matchKey(element.labels, matching);
    const partner = partners.get(key);
    const value = partner === undefined ? null : combine(operator, element.value, partner.value);
    if (value === null) continue;
    if (taken.has(key)) throw ambiguous(operator, 'left');
    taken.add(key);
    const named = isOneOf(ARITHMETIC, operator) ? dropLabels(element.labels, [METRIC_NAME]) : element.labels;
    const labels = matching.on ? keepLabels(named, matching.labels) : dropLabels(named, matching.labels);
    result.push({ labels, value });
  }
  return result;
}

export function combineSets(operator: SetOperator, left: Vector, right: Vector, matching: Matching): Vector {
  const keysOf = (vector: Vector) => new Set(vector.map(({ labels }) => matchKey(labels, matching)));
  const [lefts, rights] = [keysOf(left), keysOf(right)];
  switch (operator) {
    case 'and':
      return left.filter(({ labels }) => rights.has(matchKey(labels, matching)));
    case 'unless':
      return left.filter(({ labels }) => !rights.has(matchKey(labels, matching)));
    case 'or':
      return [...left, ...right.filter(({ labels }) => !lefts.has(matchKey(labels, matching)))];
  }
}

export function aggregate(
  operator: AggregationOperator,
  vector: Vector,
  without: boolean,
  names: readonly string[],
): Vector {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const element of vector) {
    const labels = without ? dropLabels(element.labels, [...names, METRIC_NAME]) : keepLabels(element.labels, names);
    const key = keyOfLabels(labels);
    const group = groups.get(key) ?? { labels, values: [] };
    group.values.push(element.value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, value: reduce(operator, values) }));
}

function reduce(operator: AggregationOperator, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (operator) {
    case 'sum':
      return sum;
    case 'avg':
      return sum / values.length;
    case 'count':
      return values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
  }
}

/** The labels by which two sides are paired. The metric's name never pairs, unless `on` names it. */
function matchKey(labels: Labels, { on, labels: names }: Matching): string {
  return keyOfLabels(on ? keepLabels(labels, names) : dropLabels(labels, [...names, METRIC_NAME]));
}

function ambiguous(operator: string, side: string): PromqlError {
  return new PromqlError(
    `several series on the ${side} of ${operator} have one and the same partner, which Prometheus refuses: match on more labels.`,
  );
}
