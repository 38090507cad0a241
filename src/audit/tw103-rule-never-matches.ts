import type { FailingRule } from '../model/verdicts.ts';
import { explainUnparsable } from '../rules/failing.ts';
import { mismatchesOf } from '../rules/scope.ts';
import {
  applicationAndAlike,
  applicationFinding,
  applicationIgnores,
  applicationName,
  workloadFinding,
} from './finding.ts';
import type { ApplicationSubject, AuditContext, Finding, Rule, WorkloadSubject } from './rule.ts';
import { REPLICAS_FIELD } from './subject.ts';
import { objectsOf } from './tracked.ts';

export const ruleNeverMatches: Rule = {
  id: 'TW103',
  name: 'rule-never-matches',
  severity: 'warning',
  summary: 'An ignore rule was plainly meant for replicas and does not reach them, or it does not parse.',
  why: 'The field looks protected and is not: an empty group is the core group, names and namespaces are literal, a pointer must name the field exactly. A jq expression that does not parse is worse: nothing of the whole Application is compared, synced or healed.',
  sources: [
    'argo-cd util/argo/normalizers/diff_normalizer.go:162-169, 193-196',
    'argo-cd util/argo/diff/ignore.go:44-70',
    'argo-cd controller/state.go:918-924 (ComparisonError)',
    'argo-cd issue 28590 (group left out)',
  ],
  checks: { workload: missingRules, application: unparsableRules, cluster: unparsableSystemRules },
};

function missingRules(subject: WorkloadSubject): Finding[] {
  const { protection, declaration } = subject;
  if (protection === null || protection.inDiff || protection.comparisonBroken) return [];
  if (declaration.state === 'omitted') return [];
  const missing = protection.failing.filter(missesTheField);
  if (missing.length === 0) return [];
  return [
    workloadFinding(subject, {
      when: subject.application?.automated.selfHeal === true ? 'on-next-scale' : 'on-next-sync',
      // Nothing is known to scale it: a rule without effect, and so far without harm.
      ...(subject.causes.length === 0 ? { severity: 'info' as const } : {}),
      message: `${applicationName(subject.application)} has a rule that never matches, so replicas are not protected from the next sync or self-heal: ${missing.map((rule) => rule.message).join(' ')}`,
    }),
  ];
}

function missesTheField(rule: FailingRule): boolean {
  return rule.reason !== 'not-respected' && rule.reason !== 'jq-does-not-parse';
}

function unparsableRules(subject: ApplicationSubject, context: AuditContext): Finding[] {
  if (!subject.alike.first) return [];
  const rules = subject.application.ignoreDifferences ?? [];
  return rules.flatMap((rule) => {
    const [failure] = explainUnparsable(rule, context.jq);
    if (failure === undefined) return [];
    const objects = objectsOf(subject, context.model);
    const meant = objects.filter((ref) => mismatchesOf(rule, ref).length === 0);
    return [
      applicationFinding(subject, meant.length > 0 ? meant : objects, {
        when: 'now',
        severity: 'critical',
        field: REPLICAS_FIELD,
        message: `A rule of ${applicationAndAlike(subject)} stops everything, deploys included: ${failure.message}`,
      }),
    ];
  });
}

/** argocd-cm's rules are compiled for every Application, so one that does not parse stops them all: one finding, not thousands. */
function unparsableSystemRules(model: AuditContext['model'], context: AuditContext): Finding[] {
  const settings = [...model.argoSettings.values()].find((fact) => fact.source === 'argocd-cm');
  if (settings === undefined) return [];
  return settings.systemRules.flatMap((rule) =>
    explainUnparsable(rule, context.jq).map((failure) => ({
      workload: settings.ref,
      application: null,
      when: 'now' as const,
      severity: 'critical' as const,
      field: '/data',
      message: `Every Application of this Argo CD stands still (${model.applications.size} in sight): ${failure.message}`,
      ignores: applicationIgnores(null),
    })),
  );
}
