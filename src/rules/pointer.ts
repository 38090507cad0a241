/** JSON pointers (RFC 6901) as Argo CD uses them: each one becomes a JSON patch `remove` (diff_normalizer.go). */

/** The tokens of a pointer, unescaped; null when it does not start with '/' (such a `remove` touches no nested field). */
export function tokensOf(pointer: string): string[] | null {
  if (!pointer.startsWith('/')) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer of a list of tokens. */
export function pointerOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** True when removing `rule` takes `field` away: the same place, or a place above it. No wildcards. */
export function pointerCovers(rule: string, field: string): boolean {
  // Nearly always nothing is escaped, and an audit asks of every rule and workload.
  if (!rule.includes('~') && !field.includes('~'))
    return rule.startsWith('/') && (field === rule || field.startsWith(`${rule}/`));
  const above = tokensOf(rule);
  const below = tokensOf(field);
  if (above === null || below === null || above.length > below.length) return false;
  return above.every((token, index) => token === below[index]);
}
