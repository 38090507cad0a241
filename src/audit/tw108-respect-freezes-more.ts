import type { ClusterModel } from '../model/cluster-model.ts';
import type { IgnoreRule } from '../model/facts.ts';
import { explainUnparsable } from '../rules/failing.ts';
import { matchesGlob } from '../rules/glob.ts';
import { respectsIgnoreDifferences } from '../rules/protection.ts';
import { applicationAndAlike, applicationFinding } from './finding.ts';
import { type Frozen, frozenBeside } from './frozen.ts';
import type { ApplicationSubject, AuditContext, Finding, Rule } from './rule.ts';
import { objectsOf } from './tracked.ts';

export const respectFreezesMore: Rule = {
  id: 'TW108',
  name: 'respect-freezes-more',
  severity: 'warning',
  summary: 'RespectIgnoreDifferences=true is on, and ignore rules beside the one for replicas now freeze live values.',
  why: 'The option is for the whole Application: a rule that once only hid a difference now keeps the live value in every sync, so a change of that field in Git is never applied, and nothing says so. It bites on the next deploy that changes such a field.',
  sources: [
    'argo-cd controller/sync.go:236-246, 421-489 (live values of all ignored fields go into the apply)',
    'argo-cd issues 9678, 11876, 17694, 23283 (lists are copied whole)',
  ],
  checks: { application: ownRules, cluster: systemRules },
};

function ownRules(subject: ApplicationSubject, context: AuditContext): Finding[] {
  const { application } = subject;
  if (!subject.alike.first || !respectsIgnoreDifferences(application) || application.skipReconcile) return [];
  const rules = application.ignoreDifferences ?? [];
  // A rule that does not parse stops all syncs, so nothing is frozen by one: TW103 tells of it.
  if (rules.some((rule) => explainUnparsable(rule, context.jq).length > 0)) return [];
  const managers = managersIn(context);
  const freezing = rules.flatMap((rule) => {
    const frozen = frozenBeside(rule, managers);
    return frozen === null ? [] : [{ rule, frozen }];
  });
  if (freezing.length === 0) return [];
  const objects = objectsOf(subject, context.model).filter((ref) =>
    freezing.some(({ rule }) => matchesGlob(rule.kind, ref.kind)),
  );
  return [
    applicationFinding(subject, objects, {
      when: 'on-next-deploy',
      severity: freezing.some(({ frozen }) => frozen.broad) ? 'warning' : 'info',
      field: '/spec/ignoreDifferences',
      message: `RespectIgnoreDifferences=true holds for all rules of ${applicationAndAlike(subject)}, so a change in Git of ${freezing.map(describe).join(', and of ')} is never applied.`,
    }),
  ];
}

/** argocd-cm's rules reach every Application that has the option: told once, of the ConfigMap. */
function systemRules(model: ClusterModel): Finding[] {
  const settings = [...model.argoSettings.values()].find((fact) => fact.source === 'argocd-cm');
  const respecting = [...model.applications.values()].filter(respectsIgnoreDifferences).length;
  if (settings === undefined || respecting === 0) return [];
  const managers = scalerManagers(model);
  return settings.systemRules.flatMap((rule) => {
    const frozen = frozenBeside(rule, managers);
    if (frozen === null) return [];
    return [
      {
        workload: settings.ref,
        application: null,
        when: 'on-next-deploy' as const,
        severity: frozen.broad ? ('warning' as const) : ('info' as const),
        field: '/data',
        message: `${describe({ rule, frozen })} in argocd-cm reaches ${respecting} Application${respecting === 1 ? '' : 's'} with RespectIgnoreDifferences=true: a change in Git of it is never applied there.`,
        ignores: [],
      },
    ];
  });
}

function describe({ rule, frozen }: { readonly rule: IgnoreRule; readonly frozen: Frozen }): string {
  const kind = rule.group === '' ? rule.kind : `${rule.kind}.${rule.group}`;
  return `${frozen.parts.join(', ')} (${kind}, ${rule.place})`;
}

/** By audit: they are found by a walk over all HPAs, and asked for by every Application. */
const MANAGERS = new WeakMap<AuditContext, ReadonlySet<string>>();

function managersIn(context: AuditContext): ReadonlySet<string> {
  const known = MANAGERS.get(context);
  if (known !== undefined) return known;
  const managers = scalerManagers(context.model);
  MANAGERS.set(context, managers);
  return managers;
}

/** Managers that write replicas and little else worth keeping: the HPA's, whatever this platform calls it, and KEDA. */
function scalerManagers(model: ClusterModel): ReadonlySet<string> {
  const managers = new Set(['kube-controller-manager', 'keda', 'keda-operator']);
  for (const hpa of model.hpas.values()) for (const manager of hpa.statusManagers) managers.add(manager);
  return managers;
}
