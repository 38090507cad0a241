/** The audit for a terminal: one block an object, its findings below, as people know it from kube-score. */
import type { Risk, Safe, Severity } from '../model/verdicts.ts';
import { type AuditView, rulePage, whenLabel } from './audit-view.ts';
import { type Styles, stylesFor, wrap } from './layout.ts';
import { visible } from './visible.ts';
import { applicationLabel, counted, workloadLabel } from './words.ts';

export interface AuditTextOptions {
  /** Columns of the terminal; absent: nothing is wrapped, as for a pipe. */
  readonly width?: number;
  /** The caller decides: a terminal, no NO_COLOR. */
  readonly colour?: boolean;
  /** Also lists what is safe, and why. */
  readonly verbose?: boolean;
}

interface Page {
  readonly width: number | null;
  readonly styles: Styles;
}

/** Ends in a line feed. Silenced risks are always listed, in a block of their own. */
export function renderAuditText(audit: AuditView, options: AuditTextOptions = {}): string {
  const page: Page = { width: options.width ?? null, styles: stylesFor(options.colour ?? false) };
  const blocks = [
    ...objectBlocks(audit.risks, page),
    suppressedBlock(audit.suppressed, page),
    options.verbose === true ? safeBlock(audit.safe, page) : [],
    problemBlock(audit.problems ?? [], page),
    noteBlock(audit.notes ?? [], page),
    [summaryLine(audit, page)],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function objectBlocks(risks: readonly Risk[], page: Page): string[][] {
  return [...Map.groupBy(risks, placeOf).values()].map((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const file = first.location === undefined ? '' : `  ${visible(first.location.file)}`;
    const app = first.application === null ? '' : `  (${applicationLabel(first.application)})`;
    return [
      page.styles.strong(workloadLabel(first.workload)) + page.styles.dim(file + app),
      ...group.flatMap((risk) => riskLines(risk, page)),
    ];
  });
}

function placeOf(risk: Risk): string {
  return `${risk.location?.file ?? ''}\n${workloadLabel(risk.workload)}\n${risk.application?.name ?? ''}`;
}

const LABELS: { readonly [severity in Severity]: string } = { critical: 'CRITICAL', warning: 'WARNING', info: 'INFO' };

function riskLines(risk: Risk, { width, styles }: Page): string[] {
  const paint = { critical: styles.bad, warning: styles.warn, info: styles.dim }[risk.severity];
  const line = risk.location === undefined ? '' : `, line ${risk.location.line}`;
  const assumed = risk.certainty === 'assumed' ? ', assumed' : '';
  return [
    `    ${paint(`[${LABELS[risk.severity]}]`)} ${risk.rule} ${risk.name}: bites ${whenLabel(risk.when)}${assumed}${line}`,
    ...wrap(visible(risk.message), width, '        · '),
    ...wrap(visible(risk.remedy.summary), width, '        → '),
    styles.dim(`          ${rulePage(risk.rule)}`),
  ];
}

function suppressedBlock(risks: readonly Risk[], { width, styles }: Page): string[] {
  if (risks.length === 0) return [];
  const lines = risks.flatMap((risk) => {
    const place = risk.location === undefined ? '' : ` (${visible(risk.location.file)}:${risk.location.line})`;
    const what = `${risk.rule} ${risk.name} on ${workloadLabel(risk.workload)}${place}: ${visible(risk.suppressed ?? '')}`;
    return wrap(what, width, '    - ');
  });
  return [styles.strong('Silenced'), ...lines];
}

function safeBlock(safe: readonly Safe[], { width, styles }: Page): string[] {
  if (safe.length === 0) return [];
  const lines = safe.flatMap((each) =>
    wrap(`${workloadLabel(each.workload)}: ${visible(each.reason)}`, width, '    - '),
  );
  return [styles.strong('Safe'), ...lines];
}

function problemBlock(problems: NonNullable<AuditView['problems']>, { width, styles }: Page): string[] {
  if (problems.length === 0) return [];
  const lines = problems.flatMap(({ file, line, message }) =>
    wrap(`${visible(file)}:${line}: ${visible(message)}`, width, '    - '),
  );
  return [styles.warn('Not valid, and skipped'), ...lines];
}

function noteBlock(notes: readonly string[], { width, styles }: Page): string[] {
  return notes.flatMap((note) => wrap(visible(note), width, 'Note: ')).map(styles.dim);
}

function summaryLine(audit: AuditView, { styles }: Page): string {
  const { risks, suppressed, safe } = audit;
  const by = (severity: Severity) => risks.filter((risk) => risk.severity === severity).length;
  const kinds = (['critical', 'warning', 'info'] as const)
    .filter((severity) => by(severity) > 0)
    .map((severity) => counted(by(severity), severity, severity === 'warning' ? 'warnings' : severity));
  const found = risks.length === 0 ? 'No risk' : `${counted(risks.length, 'risk')} (${kinds.join(', ')})`;
  const parts = [found, ...(suppressed.length > 0 ? [`${suppressed.length} silenced`] : [])];
  parts.push(`${counted(safe.length, 'workload')} safe`);
  return (risks.length === 0 ? styles.good : styles.strong)(`${parts.join(', ')}.`);
}
