/** Every rule held against the model, once: the risks without their remedies, and what is safe. */
import type { ObjectRef } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { Risk, Safe } from '../model/verdicts.ts';
import { exposureOf } from './exposure.ts';
import type { AuditContext, Finding, Rule, WorkloadSubject } from './rule.ts';
import { RULES } from './rules.ts';
import { drained, flatMapped, inSlices, type Sliced } from './slices.ts';
import { applicationSubjects, compare, workloadSubjects } from './subject.ts';
import { silenceOf } from './suppression.ts';

export type BareRisk = Omit<Risk, 'remedy'>;

export interface Collected {
  /** Silenced ones included; by the workload's namespace, kind and name, then by rule. */
  readonly risks: readonly BareRisk[];
  readonly safe: readonly Safe[];
}

/** Pure, and the same order for the same model. */
export function collectRisks(context: AuditContext, rules: readonly Rule[] = RULES): Collected {
  return drained(collecting(context, rules));
}

/** The same in slices. */
export function* collecting(context: AuditContext, rules: readonly Rule[] = RULES): Sliced<Collected> {
  const workloads = yield* workloadSubjects(context);
  const applications = yield* applicationSubjects(context.model, workloads);
  const risks: BareRisk[] = [];
  for (const rule of rules) {
    const { workload, application, cluster } = rule.checks;
    const findings = [
      ...(workload === undefined ? [] : yield* flatMapped(workloads, (subject) => workload(subject, context))),
      ...(application === undefined ? [] : yield* flatMapped(applications, (subject) => application(subject, context))),
      ...(cluster === undefined ? [] : yield* inSlices(cluster(context.model, context))),
    ];
    for (const finding of findings) if (context.model.tells(finding.workload)) risks.push(riskOf(rule, finding));
    yield;
  }
  risks.sort(byPlaceThenRule);
  const accused = new Set(risks.map((risk) => keyOf(risk.workload)));
  const safe = yield* flatMapped(workloads, (subject) =>
    accused.has(keyOf(subject.workload.ref)) ? [] : safeOf(subject),
  );
  return { risks, safe };
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
    compare(a.message, b.message)
  );
}

function compareRefs(a: ObjectRef, b: ObjectRef): number {
  return compare(a.namespace, b.namespace) || compare(a.kind, b.kind) || compare(a.name, b.name);
}
