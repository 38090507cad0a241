/** What else the report says that belongs to one conflict. */
import type { ConflictDocument, Report } from '../../report/schema.ts';

/** Notices and risks of the same workload or of the same Application. */
export function concerning(
  { workload, application }: ConflictDocument,
  report: Report,
): Pick<Report, 'notices' | 'risks'> {
  const isOurs = (each: Report['notices'][number] | Report['risks'][number]) =>
    (each.workload !== null &&
      each.workload.kind === workload.kind &&
      each.workload.namespace === workload.namespace &&
      each.workload.name === workload.name &&
      each.workload.cluster === workload.cluster) ||
    (application !== null &&
      each.application?.name === application.name &&
      each.application.namespace === application.namespace);
  return { notices: report.notices.filter(isOurs), risks: report.risks.filter(isOurs) };
}
