/** Selectors, their label matchers and the literals in them. */
import type { SyntaxNode } from '@lezer/common';
import { type Matcher, PromqlError, type Selector } from './syntax.ts';
import { childrenOf, textOf } from './tree.ts';

/** Takes a VectorSelector. @throws PromqlError */
export function parseSelector(node: SyntaxNode, source: string): Selector {
  const name = node.getChild('Identifier');
  if (name === null) {
    throw new PromqlError(`"${textOf(node, source)}" selects without a plain metric name: write the name before {…}.`);
  }
  const matchers = childrenOf(node.getChild('LabelMatchers'));
  const quoted = matchers.find((matcher) => matcher.name !== 'UnquotedLabelMatcher');
  if (quoted !== undefined) {
    throw new PromqlError(`"${textOf(quoted, source)}" quotes a label's name: write it without quotes.`);
  }
  return {
    type: 'selector',
    metric: textOf(name, source),
    matchers: matchers.map((matcher) => parseMatcher(matcher, source)),
  };
}

function parseMatcher(node: SyntaxNode, source: string): Matcher {
  const part = (name: string) => textOf(node.getChild(name), source);
  const label = part('LabelName');
  const value = parseString(part('StringLiteral'));
  switch (part('MatchOp')) {
    case '=':
      return { label, accepts: (other) => other === value };
    case '!=':
      return { label, accepts: (other) => other !== value };
    case '=~': {
      const pattern = anchored(value);
      return { label, accepts: (other) => pattern.test(other) };
    }
    default: {
      const pattern = anchored(value);
      return { label, accepts: (other) => !pattern.test(other) };
    }
  }
}

/** Prometheus anchors every pattern at both ends, and lets '.' match a line feed. */
function anchored(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'su');
  } catch {
    throw new PromqlError(`the pattern "${pattern}" is no regular expression that can be used here: simplify it.`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '"': '"', "'": "'" };

function parseString(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return inner.replace(/\\(.)/gs, (sequence, letter: string) => {
    const found = ESCAPES[letter];
    if (found === undefined) {
      throw new PromqlError(
        `the string ${literal} holds the escape ${sequence}, which is not read here: write it plainly.`,
      );
    }
    return found;
  });
}
