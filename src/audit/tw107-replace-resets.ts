import { applicationName, hasSyncOption, workloadFinding } from './finding.ts';
import type { Finding, Rule, WorkloadSubject } from './rule.ts';
import { describeCauses } from './scalers.ts';

export const replaceResets: Rule = {
  id: 'TW107',
  name: 'replace-resets',
  severity: 'warning',
  summary: 'Replace=true or Force=true on a workload that something scales.',
  why: 'Replace puts the whole manifest in place of the object: replicas go back to what Git says, or to 1 where Git says nothing, on every sync. Force deletes and creates the workload anew when a patch is refused, with Replace on every sync.',
  sources: [
    'argo-cd gitops-engine/pkg/utils/kube/resource_ops.go:596 (Force with Replace)',
    'kubectl pkg/cmd/apply/patcher.go:394 (Force: delete and create on Conflict or Invalid)',
  ],
  checks: { workload: check },
};

function check(subject: WorkloadSubject): Finding[] {
  const { application, protection, causes } = subject;
  if (causes.length === 0 || application?.skipReconcile === true) return [];
  if (application === null && !subject.assumed) return [];
  if (protection?.inSync === true || protection?.comparisonBroken === true) return [];
  const replace = hasSyncOption(subject, 'Replace');
  const force = hasSyncOption(subject, 'Force');
  if (!replace && !force) return [];
  const scaled = describeCauses(causes);
  const to = resetValue(subject);
  return [
    workloadFinding(subject, {
      when: replace ? 'on-next-sync' : 'on-next-deploy',
      ...(replace ? {} : { severity: 'info' as const }),
      message: replace
        ? `${applicationName(application)} syncs this workload with Replace=true${force ? ' and Force=true, that is by deleting and creating it' : ''}: every sync that includes it sets replicas to ${to}, whatever ${scaled} has set.`
        : `${applicationName(application)} syncs this workload with Force=true: the next change that Kubernetes refuses to patch deletes and creates it with ${to} replicas, whatever ${scaled} has set.`,
    }),
  ];
}

function resetValue(subject: WorkloadSubject): string {
  const { declaration } = subject;
  if (declaration.state === 'declared') return declaration.value === null ? "Git's value" : String(declaration.value);
  return "1 (the API server's default, as Git declares none)";
}
