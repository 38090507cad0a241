import type { HpaFact } from '../model/facts.ts';
import { applicationName, hasSyncOption, workloadFinding } from './finding.ts';
import type { AuditContext, Finding, Rule, WorkloadSubject } from './rule.ts';
import { managedResource } from './subject.ts';

export const lastAppliedTrap: Rule = {
  id: 'TW106',
  name: 'last-applied-trap',
  severity: 'critical',
  summary: 'Git no longer declares replicas, but the last-applied annotation of the live workload still holds them.',
  why: 'The next client-side apply sees a field that was taken out and removes it, and the API server then defaults it to 1: a drop to one pod at a later, perhaps unrelated, sync. Taking replicas out of Git is right, once last-applied has let go of them.',
  sources: [
    'kubernetes pkg/apis/apps/v1/defaults.go:40 (absent replicas become 1)',
    'argo-cd gitops-engine/pkg/diff/diff.go:611-640 (three-way diff with last-applied)',
    'argo-cd issues 1603, 5472',
  ],
  checks: { workload: check },
};

function check(subject: WorkloadSubject, context: AuditContext): Finding[] {
  const { workload, application, protection } = subject;
  const held = workload.lastAppliedReplicas;
  if (held === null || (application === null && !subject.assumed)) return [];
  if (protection?.inSync === true || application?.skipReconcile === true) return [];
  // Server-side apply and replace send no three-way patch: the annotation has no say there.
  if (hasSyncOption(subject, 'ServerSideApply') || hasSyncOption(subject, 'Replace')) return [];
  if (!leftGit(subject, context)) return [];
  return [
    workloadFinding(subject, {
      when: 'on-next-sync',
      message: `Replicas are gone from Git, but last-applied still holds ${held}: the next sync of ${applicationName(application)} removes the field, and the workload drops from ${workload.replicas ?? 1} to 1.`,
    }),
  ];
}

function leftGit(subject: WorkloadSubject, context: AuditContext): boolean {
  return subject.declaration.state === 'omitted' || leftGitUnseen(subject, context);
}

/**
 * In a live cluster Git is not in sight. One comparison gives it away: a server-side diff (a dry run) calls the workload
 * Synced although its live value is not the one last applied. The three-way diff would call that OutOfSync either way.
 * Only a comparison made after the last scale counts.
 */
function leftGitUnseen(subject: WorkloadSubject, context: AuditContext): boolean {
  const { workload, application, protection } = subject;
  if (application === null || protection === null || protection.inDiff) return false;
  if (!application.compareOptions.includes('ServerSideDiff=true')) return false;
  if (managedResource(application, workload)?.status !== 'Synced') return false;
  if (workload.replicas === null || workload.replicas === workload.lastAppliedReplicas) return false;
  const scaled = context.model
    .scalersOf(workload.ref)
    .filter((scaler): scaler is HpaFact => scaler.fact === 'hpa')
    .map((hpa) => hpa.lastScaleTime);
  const compared = application.reconciledAt;
  return compared !== null && scaled.length > 0 && scaled.every((at) => at !== null && at < compared);
}
