/** What there is about one workload: where links lead that know its name, and no conflict's id. */
import type { ConflictDocument, NoticeDocument, Report, RiskDocument } from '../../report/schema.ts';
import { visible } from '../../report/visible.ts';
import { matchesQuery, type WorkloadQuery } from '../../report/why-text.ts';
import { html } from '../html.ts';
import { conflictRow, resolvedRow } from './conflict.ts';
import { framed } from './frame.ts';
import { noticeList, section } from './lists.ts';
import { banner, moodOf, type PageInput, sightOf } from './page.ts';
import { riskList } from './risks.ts';

const ROOT = '../../../';

/** The conflict that is meant: the only one that goes on, or the only one there was. Null where that is not clear. */
export function onlyConflict(report: Report, query: WorkloadQuery): ConflictDocument | null {
  const ours = conflictsOf(report, query);
  const open = ours.filter(({ state }) => state !== 'resolved');
  const [only, another] = open.length > 0 ? open : ours;
  return only === undefined || another !== undefined ? null : only;
}

/** The workload's conflicts, notices and risks; says so where there are none. */
export function renderWorkload({ report, readiness, digest }: PageInput, query: WorkloadQuery): string {
  const now = report.window.to;
  const conflicts = conflictsOf(report, query);
  const isOurs = ({ workload }: NoticeDocument | RiskDocument) => workload !== null && matchesQuery(workload, query);
  const rows = conflicts.map((each) =>
    each.state === 'resolved' ? resolvedRow(each, now, ROOT) : conflictRow(each, now, ROOT),
  );
  const name = visible(`${query.kind ?? 'workload'} ${query.namespace}/${query.name}`);
  const content = html`${banner(sightOf(report, readiness), readiness)}<nav class="tools" data-key="tools" aria-label="Back"><a class="more back" href="${ROOT}">Overview</a></nav>
${section('conflicts', 'Conflicts', rows.length === 0 ? html`<p>No conflict over ${name} is known.</p>` : html`<ul class="entries">${rows}</ul>`)}
${noticeList(report.notices.filter(isOurs), now, ROOT)}
${riskList(report.risks.filter(isOurs), ROOT)}`;
  return framed({ headline: name, mood: moodOf(conflicts), now, digest, root: ROOT }, content);
}

function conflictsOf(report: Report, query: WorkloadQuery): ConflictDocument[] {
  return report.conflicts.filter(({ workload }) => matchesQuery(workload, query));
}
