import { exposureOf } from './exposure.ts';
import { applicationName, declaredReplicas, workloadFinding } from './finding.ts';
import type { Rule } from './rule.ts';
import { describeCauses } from './scalers.ts';

export const resetOnSync: Rule = {
  id: 'TW104',
  name: 'reset-on-sync',
  severity: 'warning',
  summary: 'No self-heal, but Git declares replicas of a scaled workload and nothing protects the field.',
  why: "A sync that starts for any other reason, a commit or a person, applies Git's value: capacity drops to it in the middle of a deploy, and comes back when the scaler has noticed.",
  sources: [
    'argo-cd controller/appcontroller.go:2393-2400, 2476-2509 (a moved revision syncs the whole application, whatever selfHeal says)',
    'argo-cd issues 9594, 10679, 18326, 27875',
  ],
  checks: {
    workload: (subject) => {
      const { application } = subject;
      if (application === null || exposureOf(subject).kind !== 'reset-on-sync') return [];
      const automated = application.automated.enabled;
      const trigger = automated ? 'the next commit to its repository' : 'the next sync by hand';
      const mode = automated ? 'syncs automatically without self-heal' : 'is synced by hand';
      return [
        workloadFinding(subject, {
          when: automated ? 'on-next-deploy' : 'on-next-sync',
          message: `${applicationName(application)} ${mode} and Git declares ${declaredReplicas(subject)}: ${trigger} resets what ${describeCauses(subject.causes)} has set.`,
        }),
      ];
    },
  },
};
