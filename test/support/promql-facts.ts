/** What a PromQL expression is made of, by Prometheus's own grammar: enough to hold conventions against it. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { parseDuration } from '../../scripts/score/promql/duration.ts';
import { childrenOf, textOf } from '../../scripts/score/promql/tree.ts';
import type { Millis } from '../../src/model/facts.ts';

export interface SelectorFact {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
  /** The function it is handed to over a range; '' where it is an instant vector. */
  readonly overRange: string;
  /** null where it is an instant vector. */
  readonly range: Millis | null;
}

export interface PromqlFacts {
  readonly selectors: readonly SelectorFact[];
  readonly functions: readonly string[];
  /** Aggregations: sum, max, topk … */
  readonly aggregations: readonly string[];
  /** Labels named in by, without, on, ignoring, group_left. */
  readonly groupings: readonly string[];
  /** It filters by a comparison, so it may be empty. */
  readonly compares: boolean;
}

/** @throws Error with the place where it is no PromQL */
export function factsOf(source: string): PromqlFacts {
  const facts = {
    selectors: [] as SelectorFact[],
    functions: [] as string[],
    aggregations: [] as string[],
    groupings: [] as string[],
    compares: false,
  };
  parser.parse(source).iterate({
    enter({ type, from, node }) {
      if (type.isError) throw new Error(`no PromQL at character ${from + 1}: ${source}`);
      if (type.name === 'VectorSelector') facts.selectors.push(selectorFact(node, source));
      else if (type.name === 'FunctionIdentifier') facts.functions.push(textOf(node, source));
      else if (type.name === 'AggregateOp') facts.aggregations.push(textOf(node, source));
      else if (type.name === 'GroupingLabels') {
        for (const label of childrenOf(node)) facts.groupings.push(textOf(label, source));
      } else if (['Eql', 'EqlC', 'Neq', 'Gtr', 'Gte', 'Lss', 'Lte'].includes(type.name)) {
        facts.compares ||= node.parent?.name === 'BinaryExpr';
      }
    },
  });
  return facts;
}

function selectorFact(node: SyntaxNode, source: string): SelectorFact {
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : null;
  const call = matrix?.parent?.parent ?? null;
  const matchers = childrenOf(node.getChild('LabelMatchers')).map((matcher) => ({
    label: textOf(matcher.getChild('LabelName'), source),
    operator: textOf(matcher.getChild('MatchOp'), source),
    value: textOf(matcher.getChild('StringLiteral'), source).slice(1, -1),
  }));
  return {
    metric: textOf(node.getChild('Identifier'), source),
    matchers,
    overRange: matrix === null ? '' : textOf(call?.getChild('FunctionIdentifier') ?? null, source),
    range: matrix === null ? null : parseDuration(textOf(childrenOf(matrix)[1] ?? null, source)),
  };
}
