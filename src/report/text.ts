/** The report for a terminal: what fights, what came up, what may bite next. */
import type { TextLayout } from './conflict-text.ts';
import { conflictLines, remedyLines } from './conflict-text.ts';
import { stylesFor, wrap } from './layout.ts';
import type { ConflictDocument, NoticeDocument, Report, RiskDocument, SafeDocument } from './schema.ts';
import { visible } from './visible.ts';
import {
  applicationLabel,
  counted,
  dateTimeLabel,
  durationLabel,
  noticeLabel,
  secondsBetween,
  workloadLabel,
} from './words.ts';

export interface TextOptions {
  /** Columns of the terminal. Absent: nothing is wrapped or cut, as for a pipe. */
  readonly width?: number;
  /** Escape codes for colours; the caller decides (a terminal, no NO_COLOR). */
  readonly colour?: boolean;
  /** Rows of evidence shown for one conflict, newest; 8 when absent. */
  readonly evidenceRows?: number;
  /** Prints the remedy of each risk in full, not only its summary. */
  readonly riskRemedies?: boolean;
}

export function layoutOf(options: TextOptions): TextLayout {
  return {
    width: options.width ?? null,
    styles: stylesFor(options.colour ?? false),
    evidenceRows: options.evidenceRows ?? 8,
  };
}

/** The whole report, ending in a line feed. */
export function renderReportText(report: Report, options: TextOptions = {}): string {
  const layout = layoutOf(options);
  const blocks = [
    overviewLines(report, layout),
    ...report.conflicts.map((each) => conflictLines(each, report.window.to, layout)),
  ];
  blocks.push(noticeLines(report.notices, layout), riskLines(report.risks, layout, options.riskRemedies ?? false));
  blocks.push(safeLines(report.safe ?? [], layout), healthLines(report, layout));
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function overviewLines(report: Report, layout: TextLayout): string[] {
  const { from, to } = report.window;
  const verdict = [
    conflictCount(report.conflicts),
    counted(report.notices.length, 'notice'),
    counted(report.risks.length, 'risk'),
  ];
  const span = `${dateTimeLabel(from)} to ${dateTimeLabel(to)} UTC (${durationLabel(secondsBetween(from, to))})`;
  return wrap(`${verdict.join(', ')}; seen from ${span}.`, layout.width, '');
}

/** '3 conflicts (2 confirmed, 1 resolved)', 'No conflict'. */
export function conflictCount(conflicts: readonly ConflictDocument[]): string {
  if (conflicts.length === 0) return 'No conflict';
  const states = (['confirmed', 'suspected', 'resolved'] as const)
    .map((state) => ({ state, count: conflicts.filter((each) => each.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  return `${counted(conflicts.length, 'conflict')} (${states.join(', ')})`;
}

export function noticeLines(notices: readonly NoticeDocument[], layout: TextLayout): string[] {
  if (notices.length === 0) return [];
  const lines = [layout.styles.strong('Notices: no fight, but worth knowing')];
  for (const notice of notices) {
    const often = notice.count > 1 ? ` (${notice.count} times, last at this time)` : '';
    const head = `${dateTimeLabel(notice.at)} ${visible(noticeLabel(notice))}: `;
    lines.push(...wrap(head + visible(notice.message) + often, layout.width, '  - '));
  }
  return lines;
}

export function riskLines(risks: readonly RiskDocument[], layout: TextLayout, remedies: boolean): string[] {
  if (risks.length === 0) return [];
  const { styles } = layout;
  const lines = [styles.strong('Risks: what the next scale, sync or deploy would start')];
  for (const [rule, group] of Map.groupBy(risks, (risk) => risk.rule)) {
    const first = group[0];
    if (first === undefined) continue;
    const paint = { critical: styles.bad, warning: styles.warn, info: styles.dim }[first.severity];
    lines.push(`  ${paint(first.severity)}  ${rule} ${visible(first.name)} (${counted(group.length, 'workload')})`);
    for (const risk of group) lines.push(...oneRisk(risk, layout, remedies));
  }
  return lines;
}

function oneRisk(risk: RiskDocument, layout: TextLayout, remedies: boolean): string[] {
  const application = risk.application === null ? '' : ` (${applicationLabel(risk.application)})`;
  const where = `${workloadLabel(risk.workload)}${application}`;
  const lines = wrap(`${where}: ${visible(risk.message)}`, layout.width, '  - ');
  if (risk.suppressed !== null) {
    lines.push(...wrap(visible(risk.suppressed), layout.width, '    silenced: ').map(layout.styles.dim));
  } else if (remedies) {
    lines.push(...remedyLines(risk.remedy, 'Remedy', layout, 4));
  } else {
    lines.push(...wrap(visible(risk.remedy.summary), layout.width, '    remedy: '));
  }
  return lines;
}

export function safeLines(safe: readonly SafeDocument[], layout: TextLayout): string[] {
  if (safe.length === 0) return [];
  const lines = [layout.styles.strong('Safe: nothing found against')];
  for (const each of safe) {
    lines.push(...wrap(`${workloadLabel(each.workload)}: ${visible(each.reason)}`, layout.width, '  - '));
  }
  return lines;
}

/** Only what is wrong: where Tugwatch sees well, nobody needs to read about it. */
function healthLines(report: Report, layout: TextLayout): string[] {
  if (report.health === undefined) return [];
  const { watches, skippedLines } = report.health;
  const wrong = watches.filter((watch) => watch.state !== 'watching' || watch.message !== '');
  const lines: string[] = [];
  for (const watch of wrong) {
    const name = visible(watch.cluster === '' ? watch.resource : `${watch.cluster} ${watch.resource}`);
    const message = watch.message === '' ? '' : `: ${visible(watch.message)}`;
    lines.push(...wrap(`${name} is ${watch.state}${message}`, layout.width, '  - '));
  }
  const gaps = watches.reduce((sum, watch) => sum + watch.gaps, 0);
  const lost = [
    ...(gaps > 0 ? [`${counted(gaps, 'gap')} in the watches: writes in between may be missing`] : []),
    ...(skippedLines > 0
      ? [`${counted(skippedLines, 'line')} of the recording could not be read and were skipped`]
      : []),
  ];
  for (const sentence of lost) lines.push(...wrap(sentence, layout.width, '  - '));
  return lines.length === 0 ? [] : [layout.styles.warn('What Tugwatch could not see'), ...lines];
}
