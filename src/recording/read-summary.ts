/** What became of each file: how much was used and what was skipped, so that nothing is lost silently. */

const NAMED_LINES = 5;

/** Counts of one file, while and after it is read. */
export class FileSummary {
  readonly name: string;
  lines = 0;
  /** Lines that were understood. */
  used = 0;
  broken = 0;
  /** The first broken lines: number, and what is wrong, to follow 'line 17 '. */
  readonly firstBroken: { readonly line: number; readonly reason: string }[] = [];
  /** 'it is cut off' or 'it is damaged': a compressed file that could be read only up to a point. */
  fault: string | null = null;
  /** The first bytes, to say what the file is when it is no recording. */
  start = '';

  constructor(name: string) {
    this.name = name;
  }

  countBroken(line: number, reason: string): void {
    this.broken += 1;
    if (this.firstBroken.length < NAMED_LINES) this.firstBroken.push({ line, reason });
  }
}

/** One sentence for each thing that was skipped in a file that was used otherwise. */
export function warningsOf(summaries: readonly FileSummary[]): readonly string[] {
  const warnings: string[] = [];
  for (const file of summaries) {
    if (file.used === 0) {
      warnings.push(whyUnusable(file));
      continue;
    }
    if (file.broken > 0) {
      const numbers = file.firstBroken.map(({ line }) => line).join(', ');
      const more = file.broken > file.firstBroken.length ? ', …' : '';
      const [first] = file.firstBroken;
      const what = first === undefined ? '' : `; line ${first.line} ${first.reason}`;
      warnings.push(
        `${file.name}: ${file.broken} of ${file.lines} lines skipped (${plural(file.broken)} ${numbers}${more})${what}.`,
      );
    }
    if (file.fault !== null) {
      warnings.push(`${file.name}: ${file.fault} after line ${file.lines}; what stands before was used.`);
    }
  }
  return warnings;
}

/** Why nothing of a file could be used: one sentence with what to do. */
export function whyUnusable(file: FileSummary): string {
  const record = 'Make a recording with: tugwatch record -o FILE.ndjson.gz';
  if (file.fault !== null && file.lines === 0)
    return `${file.name}: ${file.fault}, no line of it is readable. ${record}`;
  if (file.lines === 0) return `${file.name} is empty: nothing was recorded in it. ${record}`;
  const other = looksLike(file.start);
  if (other !== null) return `${file.name} is no recording: ${other}`;
  const [first] = file.firstBroken;
  const what = first === undefined ? '' : `, line ${first.line} ${first.reason}`;
  return `${file.name} is no recording: none of its ${file.lines} lines is readable${what}. ${record}`;
}

function plural(count: number): string {
  return count === 1 ? 'line' : 'lines';
}

/** A guess that helps, from the first bytes. */
function looksLike(start: string): string | null {
  if (start.startsWith('\u00ff\u00fe') || start.startsWith('\u00fe\u00ff')) {
    return 'it is UTF-16 text, as PowerShell writes with ">". Save it as UTF-8.';
  }
  if (start.startsWith('PK\u0003\u0004')) return 'it is a zip archive. Unpack it first.';
  if (start.startsWith('\u0028\u00b5\u002f\u00fd')) return 'it is packed with zstd. Unpack it, or pack it with gzip.';
  if (/^(---\s|#.*\n|\s)*(apiVersion|kind)\s*:/.test(start) || /^\{\s*"(apiVersion|kind|items)"\s*:/.test(start)) {
    return 'it looks like a manifest. Check it with: tugwatch audit FILE';
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells a binary file
  if (/[\u0000-\u0008]/.test(start)) return 'it is a binary file.';
  return null;
}
