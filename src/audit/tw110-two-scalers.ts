import { workloadFinding } from './finding.ts';
import type { Rule } from './rule.ts';
import { describeCauses } from './scalers.ts';

export const twoScalers: Rule = {
  id: 'TW110',
  name: 'two-scalers',
  severity: 'warning',
  summary: 'Two HorizontalPodAutoscalers, or one and a ScaledObject, scale one workload.',
  why: 'Two HorizontalPodAutoscalers that select the same pods both stop with AmbiguousSelector and nothing scales; where they do not notice, each corrects the other. An HPA that KEDA made for its ScaledObject counts as one with it.',
  sources: [
    'kubernetes pkg/controller/podautoscaler/horizontal.go (AmbiguousSelector)',
    'keda docs, "Managing HPA": do not add a second HorizontalPodAutoscaler',
  ],
  checks: {
    workload: (subject) =>
      subject.causes.length < 2
        ? []
        : [
            workloadFinding(subject, {
              when: 'now',
              message: `${describeCauses(subject.causes)} both scale ${subject.workload.ref.kind} ${subject.workload.ref.namespace}/${subject.workload.ref.name}: they block each other (AmbiguousSelector) or take turns.`,
            }),
          ],
  },
};
