/** Laying out text for a terminal: wrapping, columns, colours. Knows nothing of conflicts. */
import { styleText } from 'node:util';

/** Makes text stand out, or leaves it alone when no colours are wanted. */
export interface Styles {
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly good: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** `colour` is the caller's decision (a terminal, no NO_COLOR); nothing is looked up here. */
export function stylesFor(colour: boolean): Styles {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    bad: style(['bold', 'red']),
    warn: style(['bold', 'yellow']),
    good: style(['bold', 'green']),
    dim: style('dim'),
    strong: style('bold'),
  };
}

/** Below this a wrapped column is worse than a line that the terminal breaks. */
const NARROWEST = 30;

/**
 * Breaks prose at spaces so that no line is longer than `width` (null: never). The first line starts with `first`, the
 * others with spaces of the same length. Words longer than the line stay whole: a name is never cut in two.
 */
export function wrap(text: string, width: number | null, first: string): string[] {
  if (width === null) return [first + text];
  const room = Math.max(NARROWEST, width - first.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each, index) => (index === 0 ? first : ' '.repeat(first.length)) + each);
}

/**
 * Columns as kubectl prints them: a heading in capitals, three spaces between, no lines. Only the last column is cut
 * with an ellipsis where it does not fit `width` (null: never).
 */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | null,
): string[] {
  const last = heading.length - 1;
  const widths = heading.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [heading, ...rows].map((row) => {
    const fixed = row.slice(0, last).map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}   `);
    return (fixed.join('') + cut(row[last] ?? '', width === null ? null : width - fixed.join('').length)).trimEnd();
  });
}

function cut(text: string, room: number | null): string {
  return room === null || room < 10 || text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

export function indent(lines: readonly string[], by: number): string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}
