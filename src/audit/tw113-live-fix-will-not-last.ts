import type { ApplicationFact, ApplicationSetFact, IgnoreRule } from '../model/facts.ts';
import { protectionOf, RESPECT_OPTION } from '../rules/protection.ts';
import { applicationFinding, applicationName } from './finding.ts';
import type { ApplicationSubject, AuditContext, Finding, Rule, WorkloadSubject } from './rule.ts';
import { REPLICAS_FIELD } from './subject.ts';

export const liveFixWillNotLast: Rule = {
  id: 'TW113',
  name: 'live-fix-will-not-last',
  severity: 'warning',
  summary:
    'The rule that protects replicas stands in the live Application only; what makes that Application does not have it.',
  why: 'An ApplicationSet puts its template back within a second of noticing; a parent Application puts back what it declares at its next sync. The fight is over until then, and back afterwards.',
  sources: [
    'argo-cd applicationset/controllers/applicationset_controller.go:1220-1233, applicationset/utils/createOrUpdate.go:108-157',
    'argo-cd docs/operator-manual/applicationset/Controlling-Resource-Modification.md (ignoreApplicationDifferences, applicationsSync)',
    'argo-cd issues 19909, 23484',
  ],
  checks: { application: check },
};

function check(subject: ApplicationSubject, context: AuditContext): Finding[] {
  const { application } = subject;
  const relying = subject.workloads.filter(reliesOnOwnRule);
  if (relying.length === 0) return [];
  if (application.applicationSet !== null) {
    const set = context.model.applicationSet(application.ref.namespace, application.applicationSet);
    return set === undefined ? [] : undoneBySet(subject, set, relying, context);
  }
  const parent = context.model.applicationOf(application);
  return parent === undefined ? [] : undoneByParent(subject, parent, relying);
}

/** Something scales it, Git declares replicas, and a rule in the Application itself is what protects the field. */
function reliesOnOwnRule({ protection, causes, declaration }: WorkloadSubject): boolean {
  if (causes.length === 0 || declaration.state === 'omitted' || protection?.inSync !== true) return false;
  return protection.covering.some((rule) => rule.level === 'application');
}

function undoneBySet(
  subject: ApplicationSubject,
  set: ApplicationSetFact,
  relying: readonly WorkloadSubject[],
  context: AuditContext,
): Finding[] {
  if (leavesEditsAlone(set)) return [];
  const stamped: ApplicationFact = {
    ...subject.application,
    ignoreDifferences: (set.templateRules ?? []).map(withoutParameters),
    syncOptions: set.templateSyncOptions,
  };
  const lost = relying.filter(({ workload }) => {
    const held = {
      ref: workload.ref,
      field: REPLICAS_FIELD,
      owners: workload.replicasOwners,
      value: workload.replicas,
    };
    return !protectionOf(stamped, held, context).inSync;
  });
  if (lost.length === 0) return [];
  const missing =
    (set.templateRules ?? []).length === 0 ? 'has no such rule' : 'does not protect the field as it stands';
  return [
    applicationFinding(
      subject,
      lost.map(({ workload }) => workload.ref),
      {
        when: 'now',
        field: REPLICAS_FIELD,
        message: `The rule that protects replicas stands only in ${applicationName(subject.application)}, and the template of its ApplicationSet ${set.ref.namespace}/${set.ref.name} ${missing}: the next reconciliation takes the fix away.`,
      },
    ),
  ];
}

/** The set's own ways of letting live edits survive, and a templatePatch, whose result cannot be told from its text. */
function leavesEditsAlone(set: ApplicationSetFact): boolean {
  if (set.applicationsSync === 'create-only' || set.applicationsSync === 'create-delete') return true;
  if (set.templatePatch.includes('ignoreDifferences')) return true;
  return (
    set.ignoredApplicationPointers.some((pointer) => '/spec/ignoreDifferences'.startsWith(pointer)) ||
    set.ignoredApplicationJq.some((jq) => jq.includes('.spec.ignoreDifferences'))
  );
}

/** A name or namespace with a generator's parameter in it is filled in per Application: take it to match. */
function withoutParameters(rule: IgnoreRule): IgnoreRule {
  const filled = (text: string) => (text.includes('{{') ? '' : text);
  return { ...rule, name: filled(rule.name), namespace: filled(rule.namespace) };
}

function undoneByParent(
  subject: ApplicationSubject,
  parent: ApplicationFact,
  relying: readonly WorkloadSubject[],
): Finding[] {
  const { application } = subject;
  // Without last-applied (server-side apply by the parent) nothing tells what the parent declares.
  if (application.lastAppliedDeclares === null || application.lastAppliedDeclares.ignoreDifferences) return [];
  const declaresOptions = application.lastAppliedDeclares.syncOptions;
  const differs = parent.resources.some(
    (resource) =>
      resource.kind === 'Application' &&
      resource.name === application.ref.name &&
      resource.namespace === application.ref.namespace &&
      resource.status === 'OutOfSync',
  );
  const fate =
    declaresOptions && differs
      ? `its next sync takes ${RESPECT_OPTION} away and leaves the rule, so that every deploy resets replicas`
      : 'it survives its syncs, but not the next time the Application is created';
  return [
    applicationFinding(
      subject,
      relying.map(({ workload }) => workload.ref),
      {
        when: 'on-next-sync',
        field: REPLICAS_FIELD,
        message: `The rule that protects replicas stands only in the live ${applicationName(application)}, not in what ${applicationName(parent)} declares for it: ${fate}.`,
      },
    ),
  ];
}
