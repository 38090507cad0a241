/** What a change would do to the spec of one object, as people read patches: a small unified diff. */
import { structuredPatch } from 'diff';
import type { Styles } from './layout.ts';
import { visible } from './visible.ts';

const CONTEXT_LINES = 3;

/** Lines of the diff of two YAML texts, without file names; empty when they are the same. */
export function specDiff(before: string, after: string, styles: Styles): string[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: CONTEXT_LINES });
  return hunks.flatMap((hunk) => [
    styles.dim(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@ spec`),
    ...hunk.lines.map((line) => paint(visible(line), styles)),
  ]);
}

function paint(line: string, styles: Styles): string {
  if (line.startsWith('+')) return styles.good(line);
  return line.startsWith('-') ? styles.bad(line) : line;
}
