import { displayRef } from '../model/refs.ts';
import { exposureOf, selfHeals } from './exposure.ts';
import { applicationName, declaredReplicas, workloadFinding } from './finding.ts';
import type { Finding, Rule, WorkloadSubject } from './rule.ts';
import type { ScalingCause } from './scalers.ts';

export const declaredOutOfRange: Rule = {
  id: 'TW105',
  name: 'declared-out-of-range',
  severity: 'critical',
  summary: "Git's replicas are below the scaler's minimum or above its maximum, and nothing protects the field.",
  why: 'The scaler may never accept what Git declares, so self-heal and scaler contradict each other at any load, an idle night included. A declared 0 is worse for an HPA: it switches itself off.',
  sources: [
    'kubernetes pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler: bounds, and a target at 0)',
    'argo-cd issue 5105 (replicas 1 against minReplicas 2)',
  ],
  checks: { workload: check },
};

function check(subject: WorkloadSubject): Finding[] {
  const { declaration, causes, protection } = subject;
  if (declaration.state !== 'declared' || declaration.value === null || !selfHeals(subject)) return [];
  if (subject.application?.skipReconcile === true) return [];
  if (protection !== null && (protection.inDiff || protection.comparisonBroken)) return [];
  const value = declaration.value;
  if (value === 0) return switchedOff(subject);
  const contradicting = causes.filter((cause) => value < cause.min || value > cause.max);
  if (contradicting.length === 0) return [];
  const bounds = contradicting.map((cause) => boundOf(cause, value)).join(' and ');
  return [
    workloadFinding(subject, {
      when: 'now',
      message: `Git declares ${declaredReplicas(subject)}, ${bounds}: ${applicationName(subject.application)} and the scaler correct each other without end, even with no load.`,
    }),
  ];
}

/** An HPA leaves a target at 0 alone, until somebody else scales it up; KEDA does that itself. */
function switchedOff(subject: WorkloadSubject): Finding[] {
  const off = subject.causes.filter((cause) => cause.kind === 'HorizontalPodAutoscaler' && cause.min > 0);
  if (off.length === 0 || off.length < subject.causes.length || exposureOf(subject).kind !== 'safe') return [];
  return [
    workloadFinding(subject, {
      when: 'now',
      severity: 'warning',
      message: `Git declares 0 replicas, which switches ${off.map((cause) => displayRef(cause.ref)).join(' and ')} off: self-heal keeps the workload at 0 and it never scales.`,
    }),
  ];
}

function boundOf(cause: ScalingCause, value: number): string {
  const name = displayRef(cause.ref);
  return value < cause.min ? `${name} keeps at least ${cause.min}` : `${name} allows at most ${cause.max}`;
}
