/** `tugwatch why`: one workload, its last writes, the verdict and the way out. */
import { conflictLines, evidenceTable } from './conflict-text.ts';
import { indent, wrap } from './layout.ts';
import type { EvidenceDocument, Report, WorkloadDocument } from './schema.ts';
import type { TextOptions } from './text.ts';
import { layoutOf, noticeLines, riskLines, safeLines } from './text.ts';
import { concerns, queryLabel, type WorkloadQuery } from './which-workload.ts';
import { workloadLabel } from './words.ts';

/** What the report says of one workload. `workload` is null where the report never names it. */
export interface WhyDocument extends Pick<Report, 'window' | 'conflicts' | 'notices' | 'risks'> {
  readonly query: WorkloadQuery;
  readonly workload: WorkloadDocument | null;
  readonly safe: NonNullable<Report['safe']>;
}

/** Cuts the report down to one workload. */
export function selectWorkload(report: Report, query: WorkloadQuery): WhyDocument {
  const conflicts = concerns(report.conflicts, query);
  const notices = concerns(report.notices, query);
  const risks = concerns(report.risks, query);
  const safe = concerns(report.safe ?? [], query);
  const workload = [...conflicts, ...risks, ...safe, ...notices][0]?.workload ?? null;
  return { query, workload, window: report.window, conflicts, notices, risks, safe };
}

/**
 * The explanation, ending in a line feed. `writes` are the last writes of the workload where the caller knows more than
 * the evidence of its conflicts; they are shown first, newest last. `oneLook`: a fight between two looks is not seen.
 */
export function renderWhyText(
  why: WhyDocument,
  options: TextOptions = {},
  writes: readonly EvidenceDocument[] = [],
  oneLook = false,
): string {
  const layout = layoutOf({ evidenceRows: 20, ...options });
  const blocks: string[][] = [];
  if (why.conflicts.length === 0) blocks.push(wrap(peaceSentence(why, oneLook), layout.width, ''));
  if (writes.length > 0) {
    const room = layout.width === null ? null : layout.width - 2;
    blocks.push(['Last writes, newest last:', ...indent(evidenceTable(writes, room), 2)]);
  }
  blocks.push(...why.conflicts.map((each) => conflictLines(each, why.window.to, layout)));
  blocks.push(noticeLines(why.notices, layout), riskLines(why.risks, layout, true), safeLines(why.safe, layout));
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function peaceSentence(why: WhyDocument, oneLook: boolean): string {
  const { query, workload } = why;
  const label = workload === null ? queryLabel(query) : workloadLabel(workload);
  const nothing = oneLook ? 'Nothing is seen to fight' : 'Nothing fights';
  if (why.risks.length > 0) return `${nothing} over ${label} now, but something may:`;
  if (workload === null) return `Nothing is known against ${label}: no conflict, no notice, no risk names it.`;
  return `${nothing} over ${label}${oneLook ? ' in this one look' : ''}.`;
}
