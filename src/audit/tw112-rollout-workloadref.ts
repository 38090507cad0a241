import type { WorkloadFact } from '../model/facts.ts';
import { displayRef } from '../model/refs.ts';
import { selfHeals } from './exposure.ts';
import { applicationName, declaredReplicas, workloadFinding } from './finding.ts';
import type { Finding, Rule, WorkloadSubject } from './rule.ts';
import { describeCauses } from './scalers.ts';

export const rolloutWorkloadRef: Rule = {
  id: 'TW112',
  name: 'rollout-workloadref',
  severity: 'warning',
  summary: 'A Deployment behind a Rollout (spec.workloadRef) is scaled by an HPA or held up by Git.',
  why: "The Rollout runs the pods. An HPA on the Deployment behind it scales the wrong object, or is switched off at 0 replicas; Git's replicas on that Deployment bring it back up after the Rollout took it down, and after the first revision nobody takes it down again: double capacity for good.",
  sources: [
    'argo-rollouts rollout/replicaset.go:220-246, rollout/sync.go:1362, rollout/scale_utils.go',
    'argo-rollouts issues 3855, 4681, 4935',
  ],
  checks: { workload: check },
};

function check(subject: WorkloadSubject): Finding[] {
  const { rollout } = subject;
  return rollout === null ? [] : [...scaledBehind(subject, rollout), ...heldUp(subject, rollout)];
}

function scaledBehind(subject: WorkloadSubject, rollout: WorkloadFact): Finding[] {
  if (subject.causes.length === 0) return [];
  return [
    workloadFinding(subject, {
      when: 'on-next-scale',
      message: `${describeCauses(subject.causes)} scales a Deployment that only lends its template to ${displayRef(rollout.ref)}: let it scale the Rollout.`,
    }),
  ];
}

function heldUp(subject: WorkloadSubject, rollout: WorkloadFact): Finding[] {
  const scaleDown = rollout.workloadRef?.scaleDown ?? '';
  if (scaleDown === '' || scaleDown === 'never') return [];
  const { declaration, protection } = subject;
  if (declaration.state !== 'declared' || declaration.value === 0) return [];
  if (subject.application === null && !subject.assumed) return [];
  if (protection?.inSync === true || protection?.comparisonBroken === true) return [];
  return [
    workloadFinding(subject, {
      when: selfHeals(subject) && protection?.inDiff !== true ? 'now' : 'on-next-deploy',
      message: `${displayRef(rollout.ref)} takes this Deployment down (workloadRef.scaleDown: ${scaleDown}), but Git declares ${declaredReplicas(subject)}: ${applicationName(subject.application)} brings it back up, and after the first revision it stays up beside the Rollout.`,
    }),
  ];
}
