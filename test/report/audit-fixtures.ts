/** Risks as the audit hands them on, for the renderings. */
import type { Risk } from '../../src/model/verdicts.ts';
import type { AuditView } from '../../src/report/audit-view.ts';

export function risk(over: Partial<Risk> = {}): Risk {
  return {
    rule: 'TW101',
    name: 'unprotected-replicas',
    severity: 'warning',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    application: { namespace: 'argocd', name: 'web' },
    message: 'Git declares 3 replicas and HorizontalPodAutoscaler shop/web (2 to 9) scales the workload.',
    when: 'on-next-scale',
    field: '/spec/replicas',
    remedy: {
      summary: 'Add a rule for /spec/replicas to Application argocd/web.',
      owner: { kind: 'Application', namespace: 'argocd', name: 'web' },
      steps: [],
      warnings: [],
      verify: { message: '', command: '' },
    },
    suppressed: null,
    ...over,
  };
}

const LOCATED = { location: { file: 'apps/web & co/deploy #1.yaml', line: 7 } };

export const AUDIT: AuditView = {
  risks: [
    risk(LOCATED),
    risk({ ...LOCATED, rule: 'TW105', name: 'declared-out-of-range', severity: 'critical', when: 'now' }),
    risk({
      rule: 'TW108',
      name: 'respect-freezes-more',
      severity: 'info',
      workload: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'cart' },
      application: null,
      message: 'A name with <angles> & "quotes" and an escape \u001b[2J.',
      when: 'on-next-deploy',
      certainty: 'assumed',
    }),
  ],
  suppressed: [
    risk({ ...LOCATED, rule: 'TW104', name: 'reset-on-sync', suppressed: 'load test (tugwatch.dev/ignore)' }),
  ],
  safe: [
    {
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' },
      application: { namespace: 'argocd', name: 'api' },
      reason: 'Git does not declare replicas, so Argo CD leaves them alone',
    },
  ],
  problems: [{ file: 'apps/broken.yaml', line: 3, message: 'Tabs are not allowed as indentation' }],
  notes: ['1 document is a Helm template and could not be read.'],
};
