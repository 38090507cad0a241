/** Every rule held against the model, once: the risks without their remedies, and what is safe. */
import type { ApplicationFact, ObjectRef, WorkloadFact } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Risk, Safe } from '../model/verdicts.ts';
import { exposureOf } from './exposure.ts';
import { managementIn } from './managed.ts';
import type { AuditContext, Finding, Rule, RuleChecks, WorkloadSubject } from './rule.ts';
import { RULES } from './rules.ts';
import { drained, inSlices, type Sliced, turnEvery } from './slices.ts';
import { byPlace, compare, subjectOf } from './subject.ts';
import { silenceOf } from './suppression.ts';

export type BareRisk = Omit<Risk, 'remedy'>;

export interface Collected {
  /** Silenced ones included; by the workload's namespace, kind and name, then by rule. */
  readonly risks: readonly BareRisk[];
  /** By the workload's cluster, namespace, kind and name. */
  readonly safe: readonly Safe[];
}

/** Pure, and the same order for the same model. */
export function collectRisks(context: AuditContext, rules: readonly Rule[] = RULES): Collected {
  return drained(collecting(context, rules));
}

/** Holding one against all rules takes up to a hundred microseconds. */
const SUBJECTS_A_SLICE = 8;

/**
 * The same in slices. One Application after the other with its workloads: what is joined of them for the rules is garbage
 * soon, where that of a large cluster at once would be tens of megabytes which live until the end.
 */
export function* collecting(context: AuditContext, rules: readonly Rule[] = RULES): Sliced<Collected> {
  const { model, tellSafe = true } = context;
  const { managed, unmanaged } = yield* managementIn(model);
  const risks: BareRisk[] = [];
  const safe: Safe[] = [];
  const isTurn = turnEvery(SUBJECTS_A_SLICE);
  const accuse = (rule: Rule, findings: readonly Finding[]) => {
    for (const finding of findings) if (model.tells(finding.workload)) risks.push(riskOf(rule, finding));
  };
  const [ofWorkloads, ofApplications, ofClusters] = [checks('workload'), checks('application'), checks('cluster')];
  const judge = (workload: WorkloadFact, application: ApplicationFact | null) => {
    const subject = subjectOf(workload, application, context);
    for (const [rule, check] of ofWorkloads) accuse(rule, check(subject, context));
    if (tellSafe) safe.push(...safeOf(subject));
    return subject;
  };
  for (const workload of unmanaged) {
    judge(workload, null);
    if (isTurn()) yield;
  }
  for (const { application, workloads, alike } of managed) {
    const subjects: WorkloadSubject[] = [];
    for (const workload of workloads) {
      subjects.push(judge(workload, application));
      if (isTurn()) yield;
    }
    const subject = { application, workloads: subjects, alike };
    for (const [rule, check] of ofApplications) accuse(rule, check(subject, context));
    if (isTurn()) yield;
  }
  for (const [rule, check] of ofClusters) {
    accuse(rule, yield* inSlices(check(model, context)));
    yield;
  }
  risks.sort(byPlaceThenRule);
  const accused = new Set(risks.map((risk) => keyOf(risk.workload)));
  const unaccused = safe.filter(({ workload }) => !accused.has(keyOf(workload)));
  return { risks, safe: unaccused.sort((a, b) => byPlace(a.workload, b.workload)) };

  function checks<Of extends keyof RuleChecks>(of: Of): [Rule, NonNullable<RuleChecks[Of]>][] {
    return rules.flatMap((rule) => {
      const check: RuleChecks[Of] = rule.checks[of];
      return check === undefined ? [] : [[rule, check]];
    });
  }
}

function riskOf(rule: Rule, finding: Finding): BareRisk {
  const { suppressed, complaint } = silenceOf(rule.id, finding);
  return {
    rule: rule.id,
    name: rule.name,
    severity: finding.severity ?? rule.severity,
    workload: finding.workload,
    application: placeOf(finding.application),
    message: finding.message + complaint,
    when: finding.when,
    field: finding.field,
    suppressed,
    ...(finding.certainty === undefined ? {} : { certainty: finding.certainty }),
  };
}

/** Nothing for a workload whose Application stands still: TW103 tells of that one. */
function safeOf(subject: WorkloadSubject): Safe[] {
  const exposure = exposureOf(subject);
  if (exposure.kind !== 'safe') return [];
  return [{ workload: subject.workload.ref, application: placeOf(subject.application), reason: exposure.reason }];
}

function placeOf(application: Finding['application']): Risk['application'] {
  return application === null ? null : { namespace: application.ref.namespace, name: application.ref.name };
}

function byPlaceThenRule(a: BareRisk, b: BareRisk): number {
  return (
    compareRefs(a.workload, b.workload) ||
    compare(a.rule, b.rule) ||
    compare(a.application?.namespace ?? '', b.application?.namespace ?? '') ||
    compare(a.application?.name ?? '', b.application?.name ?? '') ||
    compare(a.message, b.message) ||
    compare(a.field, b.field) ||
    byPlace(a.workload, b.workload)
  );
}

function compareRefs(a: ObjectRef, b: ObjectRef): number {
  return compare(a.namespace, b.namespace) || compare(a.kind, b.kind) || compare(a.name, b.name);
}
