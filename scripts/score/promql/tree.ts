/** Reads of the grammar's syntax tree. */
import type { SyntaxNode } from '@lezer/common';

/** Without comments. */
export function childrenOf(node: SyntaxNode | null): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

/** The piece of `source` that a node covers; '' where there is no node. */
export function textOf(node: SyntaxNode | null, source: string): string {
  return node === null ? '' : source.slice(node.from, node.to);
}
