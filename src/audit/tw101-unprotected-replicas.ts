import { exposureOf } from './exposure.ts';
import { applicationName, declaredReplicas, workloadFinding } from './finding.ts';
import type { Rule, WorkloadSubject } from './rule.ts';
import { describeCauses } from './scalers.ts';

export const unprotectedReplicas: Rule = {
  id: 'TW101',
  name: 'unprotected-replicas',
  severity: 'warning',
  summary: 'Self-heal is on, Git declares replicas, something scales the workload, and no rule protects the field.',
  why: "Each scale is drift to Argo CD: it writes Git's value back, the scaler scales again, and the two take turns for as long as the load wants another number than Git. It starts on the next scale.",
  sources: [
    'argo-cd controller/appcontroller.go:2332-2427 (when a self-heal starts)',
    'argo-cd controller/appcontroller.go:2511-2543 (its backoff: at most one revert in 300 s, for ever)',
  ],
  checks: {
    workload: (subject) =>
      exposureOf(subject).kind === 'fights'
        ? [workloadFinding(subject, { when: 'on-next-scale', message: messageOf(subject) })]
        : [],
  },
};

function messageOf(subject: WorkloadSubject): string {
  const both = `Git declares ${declaredReplicas(subject)} and ${describeCauses(subject.causes)} scales the workload`;
  if (subject.application === null) {
    return `${both}: under ${applicationName(null)} the two fight from the next scale on.`;
  }
  return `${both}, and no rule of ${applicationName(subject.application)} protects /spec/replicas: on the next scale self-heal writes Git's value back, and the two fight from then on.`;
}
