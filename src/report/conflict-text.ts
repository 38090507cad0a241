/** One conflict as a block of text: the verdict first, then the numbers, the proof and the way out. */
import type { Styles } from './layout.ts';
import { indent, table, wrap } from './layout.ts';
import type { ConflictDocument, EvidenceDocument, RemedyDocument, StepDocument } from './schema.ts';
import { visible, visibleLines } from './visible.ts';
import {
  activityLabel,
  clockLabel,
  costLabel,
  counted,
  dateTimeLabel,
  durationLabel,
  paceLabel,
  resolutionLabel,
  secondsBetween,
  valueLabel,
  withoutFullStop,
  workloadLabel,
} from './words.ts';

export interface TextLayout {
  /** Columns of the terminal; null never wraps or cuts. */
  readonly width: number | null;
  readonly styles: Styles;
  /** Rows of evidence shown for one conflict, the newest ones; the JSON document has all. */
  readonly evidenceRows: number;
}

/** `now` is the end of the report's window, RFC 3339: ages are counted from there. */
export function conflictLines(conflict: ConflictDocument, now: string, layout: TextLayout): string[] {
  const { width, styles } = layout;
  const badge = conflict.state.toUpperCase();
  const paint = { confirmed: styles.bad, suspected: styles.warn, resolved: styles.good }[conflict.state];
  const headline = wrap(visible(conflict.summary), width, `${badge}  `);
  const lines = [paint(badge) + (headline[0] ?? '').slice(badge.length), ...headline.slice(1)];
  for (const [name, text] of figures(conflict, now)) lines.push(...wrap(text, width, `  ${name.padEnd(9)}`));
  lines.push(...evidenceLines(conflict, layout));
  for (const rule of conflict.failingRules) {
    lines.push('', ...titled('A rule that does not help', styles.warn, placed(rule), layout, 2));
  }
  if (needsRemedy(conflict)) {
    lines.push('', ...remedyLines(conflict.remedy, 'How to end it', layout, 2));
  }
  return lines;
}

/** Most messages name the place themselves. */
function placed({ place, message }: ConflictDocument['failingRules'][number]): string {
  return message.includes(place) ? message : `${place}: ${message}`;
}

/** A resolved conflict whose cause may still stand (nobody wrote, or self-heal is only switched off) needs one too. */
export function needsRemedy(conflict: ConflictDocument): boolean {
  return conflict.state !== 'resolved' || conflict.resolution === 'quiet' || conflict.resolution === 'self-heal-off';
}

function figures(conflict: ConflictDocument, now: string): [string, string][] {
  const rows: [string, string][] = [
    [
      'workload',
      `${workloadLabel(conflict.workload)}, ${conflict.field === null ? 'field not known yet' : visible(conflict.field)}`,
    ],
    ['since', `${dateTimeLabel(conflict.startedAt)} UTC, ${sinceLabel(conflict, now)}`],
    ['pace', [counted(conflict.reversals, 'reversal'), paceLabel(conflict)].filter((part) => part !== '').join(', ')],
    ['cost', costLabel(conflict)],
  ];
  if (conflict.otherFields.length > 0) rows.push(['also', conflict.otherFields.map(visible).join(', ')]);
  if (conflict.insufficientHistory)
    rows.push(['note', 'too little history since a restart or a gap to conclude from silence']);
  rows.push(['id', visible(conflict.id)]);
  return rows;
}

/** 'for 23 min, going on; confirmed after 0.8 s', or how and when it ended. */
function sinceLabel(conflict: ConflictDocument, now: string): string {
  const found =
    conflict.detectedAt === null
      ? ''
      : `; confirmed after ${durationLabel(secondsBetween(conflict.startedAt, conflict.detectedAt))}`;
  if (conflict.resolvedAt !== null) {
    const why = conflict.resolution === null ? '' : `: ${resolutionLabel(conflict)}`;
    const lasted = durationLabel(secondsBetween(conflict.startedAt, conflict.resolvedAt));
    return `over at ${dateTimeLabel(conflict.resolvedAt)} after ${lasted}${why}${found}`;
  }
  return `for ${durationLabel(secondsBetween(conflict.startedAt, now))}, ${activityLabel(conflict.activity)}${found}`;
}

function evidenceLines(conflict: ConflictDocument, layout: TextLayout): string[] {
  const { evidence } = conflict;
  if (evidence.length === 0) return [];
  const shown = evidence.slice(-layout.evidenceRows);
  const which = shown.length === evidence.length ? '' : ` (the last ${shown.length} of ${evidence.length})`;
  return ['', `  Evidence, newest last${which}:`, ...indent(evidenceTable(shown, inner(layout, 4)), 4)];
}

/** Writes as a table, times in UTC; the date only where they are of several days. */
export function evidenceTable(rows: readonly EvidenceDocument[], width: number | null): string[] {
  const oneDay = new Set(rows.map((row) => row.at.slice(0, 10))).size <= 1;
  return table(
    ['TIME (UTC)', 'WRITER', 'FROM', 'TO', 'SEEN IN'],
    rows.map((row) => [
      oneDay ? clockLabel(row.at) : `${row.at.slice(0, 10)} ${clockLabel(row.at)}`,
      visible(row.writer),
      valueLabel(row.from),
      valueLabel(row.to),
      visible(row.source),
    ]),
    width,
  );
}

/**
 * A remedy as numbered steps, `by` columns from the left. Commands and YAML are never wrapped, so that they can be
 * copied; a command of several lines starts at the left edge, because a here-document must not be indented.
 */
export function remedyLines(remedy: RemedyDocument, title: string, layout: TextLayout, by: number): string[] {
  const { styles } = layout;
  const lines = titled(title, styles.strong, remedy.summary, layout, by);
  remedy.steps.forEach((step, index) => {
    lines.push(...stepLines(step, index + 1, layout, by));
  });
  for (const warning of remedy.warnings) lines.push(...titled('Careful', styles.warn, warning.message, layout, by));
  if (remedy.verify.message !== '') {
    lines.push(...titled('Then check', styles.strong, remedy.verify.message, layout, by));
  }
  if (remedy.verify.command !== '') lines.push(...commandLines(remedy.verify.command, by));
  return lines;
}

function stepLines(step: StepDocument, number: number, layout: TextLayout, by: number): string[] {
  const target = step.target === null ? '' : `, ${workloadLabel(step.target)}`;
  const lines = wrap(
    `${withoutFullStop(visible(step.why))} (${step.where}${target})`,
    layout.width,
    `${' '.repeat(by)}${number}. `,
  );
  for (const command of step.commands) lines.push(...commandLines(command, by));
  if (step.patch !== null && step.commands.length === 0) {
    lines.push(`${' '.repeat(by + 3)}JSON patch:`, ...commandLines(JSON.stringify(step.patch), by));
  }
  if (step.yaml !== null) {
    lines.push(`${' '.repeat(by + 3)}${step.where === 'git' ? 'To commit:' : 'As it should be:'}`);
    lines.push(...indent(visibleLines(step.yaml).trimEnd().split('\n'), by + 5));
  }
  return lines;
}

function commandLines(command: string, by: number): string[] {
  const lines = visibleLines(command).split('\n');
  return lines.length > 1 ? lines : indent(lines, by + 5);
}

/** 'Title: sentence', the title painted after the layout, because colours take no room. */
function titled(
  title: string,
  paint: (text: string) => string,
  sentence: string,
  layout: TextLayout,
  by: number,
): string[] {
  const [first = '', ...rest] = wrap(`${title}: ${visible(sentence)}`, layout.width, ' '.repeat(by));
  const end = by + title.length + 1;
  return [first.slice(0, by) + paint(first.slice(by, end)) + first.slice(end), ...rest];
}

function inner(layout: TextLayout, by: number): number | null {
  return layout.width === null ? null : layout.width - by;
}
