/** What there is about one workload: where links lead that know its name, and no conflict's id. */
import type { ConflictDocument, Report } from '../../report/schema.ts';
import {
  clusterLabel,
  clustersOf,
  concerns,
  IN_CLUSTER,
  queryLabel,
  type WorkloadQuery,
  watchedClusters,
} from '../../report/which-workload.ts';
import { type Html, html } from '../html.ts';
import { conflictRow, resolvedRow } from './conflict.ts';
import { framed } from './frame.ts';
import { noticeList, section } from './lists.ts';
import { banner, moodOf, type PageInput, sightOf } from './page.ts';
import { riskList } from './risks.ts';

const ROOT = '../../../';

/** Of a link's `?cluster=`. A name that none of the watched clusters has is another's, such as Prometheus' own label: any will do. */
export function clusterOf(asked: unknown, report: Report): Pick<WorkloadQuery, 'cluster'> {
  if (typeof asked !== 'string') return {};
  if (asked === IN_CLUSTER) return { cluster: '' };
  return asked !== '' && watchedClusters(report)?.clusters.includes(asked) === true ? { cluster: asked } : {};
}

/**
 * The conflict that is meant: the only one that goes on, or the only one there was. Null where that is not clear, as where
 * there were conflicts over objects of this name in several clusters.
 */
export function onlyConflict(report: Report, query: WorkloadQuery): ConflictDocument | null {
  const ours = concerns(report.conflicts, query);
  if (clustersOf(ours).length > 1) return null;
  const open = ours.filter(({ state }) => state !== 'resolved');
  const [only, another] = open.length > 0 ? open : ours;
  return only === undefined || another !== undefined ? null : only;
}

/** The workload's conflicts, notices and risks; says so where there are none. */
export function renderWorkload({ report, readiness, digest }: PageInput, query: WorkloadQuery): string {
  const now = report.window.to;
  const conflicts = concerns(report.conflicts, query);
  const notices = concerns(report.notices, query);
  const risks = concerns(report.risks, query);
  const rows = conflicts.map((each) =>
    each.state === 'resolved' ? resolvedRow(each, now, ROOT) : conflictRow(each, now, ROOT),
  );
  const name = queryLabel(query);
  const content = html`${banner(sightOf(report, readiness), readiness)}<nav class="tools" data-key="tools" aria-label="Back"><a class="more back" href="${ROOT}">Overview</a></nav>
${choice(query, clustersOf([...conflicts, ...notices, ...risks]))}${section('conflicts', 'Conflicts', rows.length === 0 ? html`<p>No conflict over ${name} is known.</p>` : html`<ul class="entries">${rows}</ul>`)}
${noticeList(notices, now, ROOT)}
${riskList(risks, ROOT)}`;
  return framed({ headline: name, mood: moodOf(conflicts), now, digest, root: ROOT }, content);
}

/** Where objects of this name are in several clusters: one link each. */
function choice({ name }: WorkloadQuery, clusters: readonly string[]): Html | null {
  if (clusters.length < 2) return null;
  const links = clusters.map((cluster, index) => {
    const label = clusterLabel(cluster);
    const address = `${encodeURIComponent(name)}?cluster=${encodeURIComponent(label)}`;
    return html`${index > 0 && ', '}<a href="${address}">${label}</a>`;
  });
  return html`<p class="note" data-key="clusters">Objects of this name are in several clusters: ${links}.</p>
`;
}
