import { exposureOf, placesOf } from './exposure.ts';
import { applicationName, declaredReplicas, workloadFinding } from './finding.ts';
import type { Rule, WorkloadSubject } from './rule.ts';
import { describeCauses } from './scalers.ts';

export const ignoredNotRespected: Rule = {
  id: 'TW102',
  name: 'ignored-not-respected',
  severity: 'warning',
  summary: 'An ignore rule hides replicas from the comparison, but RespectIgnoreDifferences=true is missing.',
  why: "The rule stops the fight, not the write: every full sync still applies Git's value to the workload. Capacity drops at every deploy, until the scaler has made up for it.",
  sources: [
    'argo-cd controller/sync.go:236-246, 421-489 (RespectIgnoreDifferences, read from the operation)',
    'argo-cd issues 2913, 4912, 6520 (the ignored field is overwritten on each commit)',
  ],
  checks: {
    workload: (subject) => {
      if (exposureOf(subject).kind !== 'ignored-not-respected') return [];
      return [
        workloadFinding(subject, {
          when: 'on-next-deploy',
          message: `Rule ${placesOf(subject)} of ${applicationName(subject.application)} hides the difference in /spec/replicas, but without RespectIgnoreDifferences=true ${nextWrite(subject)} sets ${declaredReplicas(subject)} again, whatever ${describeCauses(subject.causes)} wants${belowRange(subject)}.`,
        }),
      ];
    },
  },
};

function nextWrite(subject: WorkloadSubject): string {
  // sync_context.go:761-774: with ApplyOutOfSyncOnly a workload whose other fields did not change is left out.
  return (subject.application?.syncOptions ?? []).includes('ApplyOutOfSyncOnly=true')
    ? 'each deploy that changes this workload'
    : 'each full sync';
}

function belowRange(subject: WorkloadSubject): string {
  const { declaration } = subject;
  if (declaration.state !== 'declared' || declaration.value === null) return '';
  const value = declaration.value;
  return subject.causes.some((cause) => value < cause.min) ? ', below the minimum it was given' : '';
}
