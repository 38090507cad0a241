/** The part of PromQL that alert rules about fights use. Everything else is refused by the parser, in one sentence. */
import type { Millis } from '../../../src/model/facts.ts';

/** An expression that cannot be evaluated, or a rule file that cannot be read. The message is one sentence. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError';
}

export interface Matcher {
  readonly label: string;
  /** Takes the label's value, '' where the series lacks it. */
  readonly accepts: (value: string) => boolean;
}

export interface Selector {
  readonly type: 'selector';
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export const RANGE_FUNCTIONS = ['rate', 'increase', 'changes'] as const;
export type RangeFunction = (typeof RANGE_FUNCTIONS)[number];

export const AGGREGATIONS = ['sum', 'min', 'max', 'avg', 'count'] as const;
export type AggregationOperator = (typeof AGGREGATIONS)[number];

export const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='] as const;
export const ARITHMETIC = ['+', '-', '*', '/'] as const;
export const SET_OPERATORS = ['and', 'or', 'unless'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Arithmetic = (typeof ARITHMETIC)[number];
export type SetOperator = (typeof SET_OPERATORS)[number];
export type BinaryOperator = Comparison | Arithmetic | SetOperator;

/** `on (…)` or `ignoring (…)`; no clause at all is `ignoring ()`. */
export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
}

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | Selector
  | {
      readonly type: 'range-call';
      readonly function: RangeFunction;
      readonly selector: Selector;
      readonly range: Millis;
    }
  | {
      readonly type: 'aggregation';
      readonly operator: AggregationOperator;
      /** true: `without (labels)`; false: `by (labels)`, also where no clause is given. */
      readonly without: boolean;
      readonly labels: readonly string[];
      readonly argument: Expression;
    }
  | {
      readonly type: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly matching: Matching;
    };

/** Whether an expression is one number rather than a vector of them. */
export function isScalar(expression: Expression): boolean {
  if (expression.type === 'binary') return isScalar(expression.left) && isScalar(expression.right);
  return expression.type === 'number';
}

export function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return (values as readonly string[]).includes(value);
}

/** Every metric that an expression reads. */
export function metricsOf(expression: Expression): readonly string[] {
  switch (expression.type) {
    case 'number':
      return [];
    case 'selector':
      return [expression.metric];
    case 'range-call':
      return [expression.selector.metric];
    case 'aggregation':
      return metricsOf(expression.argument);
    case 'binary':
      return [...metricsOf(expression.left), ...metricsOf(expression.right)];
  }
}
