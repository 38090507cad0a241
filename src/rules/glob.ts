/**
 * Globs as Argo CD matches group and kind of an ignore rule: gobwas/glob without separators (argo-cd
 * util/glob/glob.go:Match). A path matcher is not the same thing: there `*` leaves '' and a leading dot out, `!` and
 * `(` mean something, `{1..3}` counts. Here `*` takes anything, '' too, so a group of '*' covers the core group.
 *
 * `*` and `**` any text, `?` one character, `[abc]` and `[a-c]` one of them, `[!a]` any other, `{a,b}` either, `\` quotes.
 * A pattern that does not compile matches nothing (Argo CD logs a warning and goes on). The time a match takes grows
 * with pattern times text, whatever the pattern: anybody who may write an Application may write one.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  if (!SPECIAL.test(pattern)) return pattern === text;
  const parts = parseGlob([...pattern]);
  if (parts === null) return false;
  const characters = [...text];
  return advance(parts, new Set([0]), characters).has(characters.length);
}

/** True when the text would mean more than itself as a glob: people write such names, and Argo CD takes them literally. */
export function looksLikeGlob(text: string): boolean {
  return SPECIAL.test(text);
}

const SPECIAL = /[*?[\]{}\\]/;

type Part =
  | { readonly type: 'star' }
  | { readonly type: 'one'; readonly accepts: (character: string) => boolean }
  | { readonly type: 'either'; readonly branches: readonly (readonly Part[])[] };

/** The positions in the text that can be reached from `positions` by going through all parts. */
function advance(parts: readonly Part[], positions: ReadonlySet<number>, text: readonly string[]): ReadonlySet<number> {
  let current = positions;
  for (const part of parts) {
    const next = new Set<number>();
    if (part.type === 'star') {
      if (current.size > 0) for (let at = Math.min(...current); at <= text.length; at++) next.add(at);
    } else if (part.type === 'one') {
      for (const at of current) {
        const character = text[at];
        if (character !== undefined && part.accepts(character)) next.add(at + 1);
      }
    } else {
      for (const branch of part.branches) for (const at of advance(branch, current, text)) next.add(at);
    }
    current = next;
  }
  return current;
}

/** The parts of a pattern; null when it is malformed. */
function parseGlob(pattern: readonly string[]): readonly Part[] | null {
  // One entry for each open brace and one for the whole: the branches so far, the last of them still growing.
  const open: Part[][][] = [[[]]];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    const branches = open.at(-1) ?? [];
    const growing = branches.at(-1) ?? [];
    if (character === '*') growing.push({ type: 'star' });
    else if (character === '?') growing.push({ type: 'one', accepts: () => true });
    else if (character === '{') open.push([[]]);
    else if (character === ',' && open.length > 1) branches.push([]);
    else if (character === '}' && open.length > 1) {
      open.pop();
      open.at(-1)?.at(-1)?.push({ type: 'either', branches });
    } else if (character === '[') {
      const range = parseRange(pattern, at + 1);
      if (range === null) return null;
      growing.push({ type: 'one', accepts: range.accepts });
      at = range.end;
    } else {
      if (character === '\\') at++;
      const literal = pattern[at];
      if (literal !== undefined) growing.push({ type: 'one', accepts: (other) => other === literal });
    }
  }
  return open.length === 1 ? (open[0]?.[0] ?? null) : null;
}

interface Range {
  readonly accepts: (character: string) => boolean;
  /** Where the closing bracket is. */
  readonly end: number;
}

/** `[a-c]` is one range and nothing else; `[abc]` is a list in which a later dash is a plain dash (gobwas lexer, fetchRange). */
function parseRange(pattern: readonly string[], start: number): Range | null {
  let at = start;
  const not = pattern[at] === '!';
  if (not) at++;
  const low = pattern[at] ?? '';
  if (pattern[at + 1] === '-') {
    const high = pattern[at + 2] ?? '';
    if (high < low || pattern[at + 3] !== ']') return null;
    return { accepts: (character) => (low <= character && character <= high) !== not, end: at + 3 };
  }
  const members = new Set<string>();
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\') at++;
    members.add(pattern[at] ?? '');
  }
  if (pattern[at] !== ']' || members.size === 0) return null;
  return { accepts: (character) => members.has(character) !== not, end: at };
}
