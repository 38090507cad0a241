/** What the panel says of a conflict in few words. */
import type { ConflictDocument, ContenderDocument, NoticeDocument, Report, RiskDocument } from '../report/schema.ts';
import { visible } from '../report/visible.ts';
import type { Application, Resource } from './host.ts';

/** 'HPA web against self-heal', 'Application a against Application b'. */
export function fightLabel({ contenders, kind }: ConflictDocument): string {
  if (kind === 'shared-object') return contenders.map(sideLabel).join(' against ');
  const others = contenders.filter((one) => one.kind !== 'argocd').map(sideLabel);
  return `${others.length === 0 ? 'somebody' : others.join(' and ')} against self-heal`;
}

function sideLabel({ kind, manager, name }: ContenderDocument): string {
  switch (kind) {
    case 'hpa':
      return visible(`HPA ${name ?? ''}`).trim();
    case 'keda':
      return visible(`KEDA ${name ?? ''}`).trim();
    case 'argocd':
      return visible(`Application ${name ?? ''}`).trim();
    case 'human':
      return 'a person';
    case 'rollouts':
      return 'Argo Rollouts';
    default:
      return visible(manager ?? name ?? 'somebody');
  }
}

/** What the report says of one Application, or of one object in it. */
export interface Findings {
  /** Not over, the confirmed ones first. */
  readonly open: readonly ConflictDocument[];
  readonly over: readonly ConflictDocument[];
  readonly risks: readonly RiskDocument[];
  readonly notices: readonly NoticeDocument[];
}

export function findingsOf(report: Report, application: Application, resource?: Resource): Findings {
  const { name, namespace = 'argocd' } = application.metadata;
  const isMine = (one: Pick<ConflictDocument, 'application'>) =>
    one.application?.name === name && one.application.namespace === namespace;
  // The other of two Applications that declare one object.
  const declares = ({ kind, application: home, contenders }: ConflictDocument) =>
    kind === 'shared-object' &&
    home?.namespace === namespace &&
    contenders.some((contender) => contender.kind === 'argocd' && contender.name === name);
  const isMeant = (one: { readonly workload: ConflictDocument['workload'] | null }) =>
    resource === undefined || (one.workload !== null && isSame(one.workload, resource));
  const conflicts = report.conflicts.filter((one) => isMeant(one) && (isMine(one) || declares(one)));
  const open = conflicts.filter(({ state }) => state !== 'resolved');
  return {
    open: [...open].sort((a, b) => Number(b.state === 'confirmed') - Number(a.state === 'confirmed')),
    over: conflicts.filter(({ state }) => state === 'resolved'),
    risks: report.risks.filter((one) => isMine(one) && isMeant(one) && one.suppressed === null),
    notices: report.notices.filter((one) => isMine(one) && isMeant(one)),
  };
}

/** Versions of one group are one object. */
function isSame(workload: ConflictDocument['workload'], { apiVersion = '', kind, metadata }: Resource): boolean {
  const group = (version: string) => (version.includes('/') ? version.slice(0, version.indexOf('/')) : '');
  return (
    workload.kind === kind &&
    workload.name === metadata?.name &&
    workload.namespace === (metadata.namespace ?? '') &&
    group(workload.apiVersion) === group(apiVersion)
  );
}
