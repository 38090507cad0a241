/** PromQL text to an expression, by Prometheus's own grammar. What is not evaluated here is refused, never guessed. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Millis } from '../../../src/model/facts.ts';
import { parseDuration } from './duration.ts';
import { parseSelector } from './parse-selector.ts';
import {
  AGGREGATIONS,
  ARITHMETIC,
  type BinaryOperator,
  COMPARISONS,
  type Expression,
  isOneOf,
  isScalar,
  type Matching,
  PromqlError,
  RANGE_FUNCTIONS,
  SET_OPERATORS,
} from './syntax.ts';
import { childrenOf, textOf } from './tree.ts';

/** @throws PromqlError with one sentence on what cannot be read or evaluated. */
export function parseExpression(source: string): Expression {
  const tree = parser.parse(source);
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw new PromqlError(`"${source}" is no PromQL at character ${from + 1}.`);
    },
  });
  const [root] = childrenOf(tree.topNode);
  if (root === undefined) throw new PromqlError('the expression is empty.');
  return parseNode(root, source);
}

function parseNode(node: SyntaxNode, source: string): Expression {
  const [first, second] = childrenOf(node);
  switch (node.name) {
    case 'ParenExpr':
      if (first !== undefined) return parseNode(first, source);
      break;
    case 'NumberDurationLiteral':
      return { type: 'number', value: parseNumber(node, source) };
    case 'UnaryExpr':
      if (second?.name === 'NumberDurationLiteral') {
        const value = parseNumber(second, source);
        return { type: 'number', value: textOf(node, source).startsWith('-') ? -value : value };
      }
      break;
    case 'VectorSelector':
      return parseSelector(node, source);
    case 'FunctionCall':
      return parseCall(node, source);
    case 'AggregateExpr':
      return parseAggregation(node, source);
    case 'BinaryExpr':
      return parseBinary(node, source);
  }
  throw refuse(node, source, 'this part of PromQL is not known here');
}

function parseCall(node: SyntaxNode, source: string): Expression {
  const name = textOf(node.getChild('FunctionIdentifier'), source);
  if (!isOneOf(RANGE_FUNCTIONS, name))
    throw refuse(node, source, `of functions only ${list(RANGE_FUNCTIONS)} are known`);
  const [matrix] = childrenOf(node.getChild('FunctionCallBody'));
  if (matrix?.name !== 'MatrixSelector') throw refuse(node, source, `${name} is known only over metric{…}[duration]`);
  const [selector, range] = childrenOf(matrix);
  if (selector?.name !== 'VectorSelector' || range === undefined)
    throw refuse(matrix, source, 'the range is not known');
  return {
    type: 'range-call',
    function: name,
    selector: parseSelector(selector, source),
    range: parseRange(range, source),
  };
}

function parseAggregation(node: SyntaxNode, source: string): Expression {
  const operator = textOf(node.getChild('AggregateOp'), source);
  if (!isOneOf(AGGREGATIONS, operator))
    throw refuse(node, source, `of aggregations only ${list(AGGREGATIONS)} are known`);
  const modifier = node.getChild('AggregateModifier');
  const [argument, ...more] = childrenOf(node.getChild('FunctionCallBody'));
  if (argument === undefined || more.length > 0) throw refuse(node, source, `${operator} takes one vector`);
  const parsed = parseNode(argument, source);
  if (isScalar(parsed)) throw refuse(node, source, `${operator} takes a vector, not a number`);
  return {
    type: 'aggregation',
    operator,
    without: modifier?.getChild('Without') != null,
    labels: labelsOf(modifier, source),
    argument: parsed,
  };
}

function parseBinary(node: SyntaxNode, source: string): Expression {
  const parts = childrenOf(node);
  const [left, sign, right] = [parts[0], parts[1], parts.at(-1)];
  if (left === undefined || sign === undefined || right === undefined) throw refuse(node, source, 'it is incomplete');
  const operator = textOf(sign, source).toLowerCase();
  if (!isBinaryOperator(operator)) throw refuse(node, source, `the operator ${operator} is not known`);
  if (node.getChild('BoolModifier') !== null) throw refuse(node, source, 'the modifier bool is not known');
  const clause = node.getChild('MatchingModifierClause');
  if (clause?.getChild('GroupLeft') != null || clause?.getChild('GroupRight') != null) {
    throw refuse(node, source, 'group_left and group_right are not known');
  }
  const matching: Matching = { on: clause?.getChild('On') != null, labels: labelsOf(clause, source) };
  const expression = {
    type: 'binary',
    operator,
    left: parseNode(left, source),
    right: parseNode(right, source),
    matching,
  } as const;
  const scalars = [expression.left, expression.right].filter(isScalar).length;
  if (isOneOf(SET_OPERATORS, operator) && scalars > 0)
    throw refuse(node, source, `${operator} takes vectors, not numbers`);
  if (isOneOf(COMPARISONS, operator) && scalars === 2) throw refuse(node, source, 'it compares two numbers');
  if (clause !== null && scalars > 0) throw refuse(node, source, 'labels are matched only between two vectors');
  return expression;
}

function isBinaryOperator(operator: string): operator is BinaryOperator {
  return isOneOf([...COMPARISONS, ...ARITHMETIC, ...SET_OPERATORS], operator);
}

/** A number, or a duration, which Prometheus takes for its seconds. */
function parseNumber(node: SyntaxNode, source: string): number {
  const text = textOf(node, source);
  const duration = parseDuration(text);
  const value = duration === null || text === '0' ? Number(text) : duration / 1_000;
  if (!Number.isFinite(value)) throw refuse(node, source, 'it is no plain number');
  return value;
}

function parseRange(node: SyntaxNode, source: string): Millis {
  const text = textOf(node, source);
  const range = parseDuration(text) ?? Number(text) * 1_000;
  if (!(range > 0)) throw refuse(node, source, 'the duration is not a plain one above zero');
  return range;
}

function labelsOf(node: SyntaxNode | null, source: string): readonly string[] {
  const names = childrenOf(node?.getChild('GroupingLabels') ?? null);
  const quoted = names.find(({ name }) => name !== 'LabelName');
  if (quoted !== undefined) throw refuse(quoted, source, "a label's name is quoted");
  return names.map((name) => textOf(name, source));
}

function list(names: readonly string[]): string {
  return names.join(', ');
}

function refuse(node: SyntaxNode, source: string, why: string): PromqlError {
  return new PromqlError(`"${textOf(node, source)}" is not evaluated: ${why}.`);
}
