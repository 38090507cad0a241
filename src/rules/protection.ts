/**
 * Does Argo CD leave a field of an object alone? In the comparison (so that no self-heal starts) and in the sync (so
 * that a full sync does not write it back): argo-cd util/argo/normalizers/diff_normalizer.go, controller/sync.go:236.
 */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ApplicationFact, FieldOwner, IgnoreRule, Json, ObjectRef } from '../model/facts.ts';
import type { JqEngine } from '../model/ports.ts';
import type { FailingRule } from '../model/verdicts.ts';
import { explainMiss, explainNotRespected, explainUnparsable } from './failing.ts';
import { compiles, judgeExpression } from './jq-coverage.ts';
import { pointerCovers } from './pointer.ts';
import { isArgoManager, managersApply, managersCover, mismatchesOf } from './scope.ts';

/** The object a rule is held against. */
export interface RuleSubject {
  readonly ref: ObjectRef;
  /** JSON pointer of the field in question. */
  readonly field: string;
  /** Who owns the field now, or the writer we want to protect; for managedFieldsManagers rules. */
  readonly owners: readonly FieldOwner[];
  /** Value of the field, for jq expressions that select on it. */
  readonly value: Json;
  /** Further leaves of the object by JSON pointer (those of a LensFact), for jq expressions that select a list item by name. */
  readonly leaves?: ReadonlyMap<string, Json> | null;
}

export interface Protection {
  /** The comparison ignores the field: no OutOfSync, no self-heal from it alone. */
  readonly inDiff: boolean;
  /** inDiff, and RespectIgnoreDifferences=true: a full sync keeps the live value too. */
  readonly inSync: boolean;
  /** The rules that cover the field, in order. */
  readonly covering: readonly IgnoreRule[];
  /** Rules that were plainly meant for this field and miss it, and why; also 'not-respected'. */
  readonly failing: readonly FailingRule[];
  /** A rule of the Application does not parse: nothing of it is compared, synced or healed. */
  readonly comparisonBroken: boolean;
}

/** Where there is no rule at all. */
const UNPROTECTED: Protection = { inDiff: false, inSync: false, covering: [], failing: [], comparisonBroken: false };

export interface RulesContext {
  readonly model: ClusterModel;
  readonly jq: JqEngine;
}

export const RESPECT_OPTION = 'RespectIgnoreDifferences=true';

/**
 * Holds every rule that applies to `app` (its own and argocd-cm's) against one field of one object.
 * `useComparedRules` takes the rules that Argo CD says it compared with (status.sync.comparedTo) instead of the spec's.
 */
export function protectionOf(
  app: ApplicationFact,
  subject: RuleSubject,
  context: RulesContext,
  useComparedRules = false,
): Protection {
  const rules = rulesOf(app, context.model, useComparedRules);
  if (rules.length === 0) return UNPROTECTED;
  const writers = writersOf(subject, context.model);
  const covering = rules.filter((rule) => covers(rule, { ...subject, owners: writers }, context.jq));
  const unparsable = rules.flatMap((rule) => explainUnparsable(rule, context.jq));
  const respected = respectsIgnoreDifferences(app);
  const failing: FailingRule[] = [...unparsable];
  for (const rule of rules) {
    if (covering.includes(rule) || unparsable.some((failure) => failure.place === rule.place)) continue;
    const miss = explainMiss(rule, { ...subject, owners: writers }, app, context.jq);
    if (miss !== null) failing.push(miss);
  }
  if (!respected) for (const rule of covering) failing.push(explainNotRespected(rule));
  const inDiff = covering.length > 0;
  return { inDiff, inSync: inDiff && respected, covering, failing, comparisonBroken: unparsable.length > 0 };
}

/** The rules of the Application, then those of argocd-cm. Argo CD merges all that match (ignore.go:44-70). */
export function rulesOf(app: ApplicationFact, model: ClusterModel, useComparedRules = false): IgnoreRule[] {
  const own = useComparedRules ? app.sync.comparedRules : (app.ignoreDifferences ?? []);
  return [...own, ...model.systemRules()];
}

/** True when syncs that Argo CD starts by itself keep ignored fields: the option as it stands in the spec, letter by letter. */
export function respectsIgnoreDifferences(app: ApplicationFact): boolean {
  return (app.syncOptions ?? []).includes(RESPECT_OPTION);
}

/**
 * The same for the operation in progress, or the last one: Argo CD reads the option from the operation, not from the
 * spec (controller/sync.go:239), and `argocd app sync --replace|--server-side|--apply-out-of-sync-only` replaces the
 * list. null when there was no operation.
 */
export function operationRespectsIgnoreDifferences(app: ApplicationFact): boolean | null {
  return app.operation === null ? null : app.operation.syncOptions.includes(RESPECT_OPTION);
}

/** True when the one rule takes the field out of the comparison. */
export function covers(rule: IgnoreRule, subject: RuleSubject, jq: JqEngine): boolean {
  if (mismatchesOf(rule, subject.ref).length > 0) return false;
  if (rule.jsonPointers.some((pointer) => pointerCovers(pointer, subject.field))) return true;
  if (managersApply(rule, subject.ref) && managersCover(rule, subject.owners)) return true;
  return rule.jqPathExpressions.some(
    (expression) => compiles(expression, jq).ok && judgeExpression(expression, subject, jq).outcome === 'covers',
  );
}

/**
 * Who writes the field against Argo CD. Right after a revert Argo CD is the only owner left, so the names under which
 * this platform's HPA controller writes stand in for the owner that will be back in seconds.
 */
function writersOf(subject: RuleSubject, model: ClusterModel): readonly FieldOwner[] {
  if (subject.field !== '/spec/replicas' || subject.owners.some((owner) => !isArgoManager(owner.manager))) {
    return subject.owners;
  }
  const names = new Set<string>();
  for (const scaler of model.scalersOf(subject.ref)) {
    if (scaler.fact === 'hpa') for (const manager of scaler.statusManagers) names.add(manager);
  }
  const standIns = [...names].map((manager) => ({
    manager,
    operation: 'Update' as const,
    subresource: 'scale',
    time: null,
  }));
  return [...subject.owners, ...standIns];
}
