/** `tugwatch why`: one workload, its last writes, the verdict and the way out. */
import { conflictLines, evidenceTable } from './conflict-text.ts';
import { indent, wrap } from './layout.ts';
import type { EvidenceDocument, Report, WorkloadDocument } from './schema.ts';
import type { TextOptions } from './text.ts';
import { layoutOf, noticeLines, riskLines, safeLines } from './text.ts';
import { workloadLabel } from './words.ts';

/** Which workload is meant. `kind` as kubectl takes it: 'deploy', 'deployments.apps', 'Rollout'; absent: any. */
export interface WorkloadQuery {
  readonly namespace: string;
  readonly name: string;
  readonly kind?: string;
}

/** What the report says of one workload. `workload` is null where the report never names it. */
export interface WhyDocument extends Pick<Report, 'window' | 'conflicts' | 'notices' | 'risks'> {
  readonly query: WorkloadQuery;
  readonly workload: WorkloadDocument | null;
  readonly safe: NonNullable<Report['safe']>;
}

/** As `kubectl api-resources` and the CRDs have them. */
const SHORT_KINDS: Readonly<Record<string, string>> = {
  cm: 'configmap',
  deploy: 'deployment',
  ds: 'daemonset',
  ro: 'rollout',
  svc: 'service',
  sts: 'statefulset',
};

/** Cuts the report down to one workload. */
export function selectWorkload(report: Report, query: WorkloadQuery): WhyDocument {
  const meant = (workload: WorkloadDocument | null): boolean => workload !== null && matchesQuery(workload, query);
  const conflicts = report.conflicts.filter((each) => meant(each.workload));
  const notices = report.notices.filter((each) => meant(each.workload));
  const risks = report.risks.filter((each) => meant(each.workload));
  const safe = (report.safe ?? []).filter((each) => meant(each.workload));
  const workload = [...conflicts, ...risks, ...safe, ...notices].map((each) => each.workload).find(meant) ?? null;
  return { query, workload, window: report.window, conflicts, notices, risks, safe };
}

/** True when the object is the one that is meant. */
export function matchesQuery(workload: WorkloadDocument, query: WorkloadQuery): boolean {
  if (workload.namespace !== query.namespace || workload.name !== query.name) return false;
  if (query.kind === undefined) return true;
  const [asked = ''] = query.kind.toLowerCase().split('.');
  const kind = SHORT_KINDS[asked] ?? asked;
  const actual = workload.kind.toLowerCase();
  return kind === actual || kind === `${actual}s`;
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
  const fallback = { apiVersion: '', kind: query.kind ?? 'workload', namespace: query.namespace, name: query.name };
  const label = workloadLabel(workload ?? fallback);
  const nothing = oneLook ? 'Nothing is seen to fight' : 'Nothing fights';
  if (why.risks.length > 0) return `${nothing} over ${label} now, but something may:`;
  if (workload === null) return `Nothing is known against ${label}: no conflict, no notice, no risk names it.`;
  return `${nothing} over ${label}${oneLook ? ' in this one look' : ''}.`;
}
