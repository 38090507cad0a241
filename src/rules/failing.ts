/** Rules that were plainly meant for a field and miss it: what is wrong with each, in one sentence a person can act on. */
import type { ApplicationFact, IgnoreRule, ObjectRef } from '../model/facts.ts';
import type { JqEngine } from '../model/ports.ts';
import { displayRef, groupOf } from '../model/refs.ts';
import type { FailingRule } from '../model/verdicts.ts';
import { looksLikeGlob, matchesGlob } from './glob.ts';
import { compiles, judgeExpression } from './jq-coverage.ts';
import { nearMissOf } from './near-miss.ts';
import { pointerCovers } from './pointer.ts';
import type { RuleSubject } from './protection.ts';
import { isArgoManager, managersApply, managersCover, mismatchesOf, type ScopePart } from './scope.ts';

/** A jq expression that does not compile stops the comparison of the whole application (state.go:918), whatever it was for. */
export function explainUnparsable(rule: IgnoreRule, jq: JqEngine): FailingRule[] {
  for (const expression of rule.jqPathExpressions) {
    const verdict = compiles(expression, jq);
    if (verdict.ok) continue;
    return [
      {
        place: rule.place,
        reason: 'jq-does-not-parse',
        message: `${rule.place}: the jq expression ${inline(expression)} does not parse, so Argo CD can compare nothing of the application and neither syncs nor heals it; correct or remove it.`,
      },
    ];
  }
  return [];
}

export function explainNotRespected(rule: IgnoreRule): FailingRule {
  return {
    place: rule.place,
    reason: 'not-respected',
    message: `${rule.place} hides the difference, but without the sync option RespectIgnoreDifferences=true every full sync still writes Git's value; add the option to spec.syncPolicy.syncOptions.`,
  };
}

/** Why a rule that does not cover the field was meant to; null when it is plainly about something else. */
export function explainMiss(
  rule: IgnoreRule,
  subject: RuleSubject,
  app: ApplicationFact,
  jq: JqEngine,
): FailingRule | null {
  const mismatches = mismatchesOf(rule, subject.ref);
  if (mismatches.length === 0) return explainContent(rule, subject, jq);
  // argocd-cm rules speak of kinds, not of objects: one for another kind is not a miss.
  if (rule.level === 'system' || !isAbout(rule, subject, jq)) return null;
  if (!mismatches.every((part) => isPlainlyMeant(part, rule, subject, app))) return null;
  return explainScope(rule, subject.ref, mismatches[0] ?? 'group');
}

/** The rule's content, on an object it does match, covers the field. */
function isAbout(rule: IgnoreRule, subject: RuleSubject, jq: JqEngine): boolean {
  if (rule.jsonPointers.some((pointer) => pointerCovers(pointer, subject.field))) return true;
  if (managersCover(rule, subject.owners)) return true;
  return rule.jqPathExpressions.some((expression) => judgeExpression(expression, subject, jq).outcome === 'covers');
}

function isPlainlyMeant(part: ScopePart, rule: IgnoreRule, subject: RuleSubject, app: ApplicationFact): boolean {
  const { ref } = subject;
  switch (part) {
    case 'group':
      // 'Deploy*' without a group was meant for Deployments; '*' without one may well mean the core kinds.
      if (rule.group === '' && rule.kind !== '*' && matchesGlob(rule.kind, ref.kind)) return true;
      return sameKindLoosely(rule.kind, ref.kind) || SCALER_KINDS.has(rule.kind);
    case 'kind':
      return sameKindLoosely(rule.kind, ref.kind) || (aimsAtName(rule, ref) && matchesNothing(rule, app));
    case 'name':
      if (looksLikeGlob(rule.name)) return matchesGlob(rule.name, ref.name);
      return matchesNothing(rule, app) && (similar(rule.name, ref.name) || isOnlyOneOfItsKind(ref, app));
    case 'namespace':
      return rule.name === ref.name || matchesNothing(rule, app);
  }
}

/** A scaler has no replicas of its own: a rule on it was meant for what it scales. */
const SCALER_KINDS = new Set(['HorizontalPodAutoscaler', 'ScaledObject']);

function aimsAtName(rule: IgnoreRule, ref: ObjectRef): boolean {
  return rule.name === ref.name || (rule.name === '' && SCALER_KINDS.has(rule.kind));
}

function sameKindLoosely(written: string, kind: string): boolean {
  const low = written.toLowerCase();
  return low === kind.toLowerCase() || low === `${kind.toLowerCase()}s`;
}

/** No object of the Application is matched by the rule as it stands, as far as status.resources shows. A scaler is none: see above. */
function matchesNothing(rule: IgnoreRule, app: ApplicationFact): boolean {
  if (SCALER_KINDS.has(rule.kind)) return true;
  return !app.resources.some(
    (resource) =>
      matchesGlob(rule.group, resource.group) &&
      matchesGlob(rule.kind, resource.kind) &&
      (rule.name === '' || rule.name === resource.name) &&
      (rule.namespace === '' || rule.namespace === resource.namespace),
  );
}

function isOnlyOneOfItsKind(ref: ObjectRef, app: ApplicationFact): boolean {
  const group = groupOf(ref.apiVersion);
  const same = app.resources.filter((resource) => resource.group === group && resource.kind === ref.kind);
  return same.length === 1 && same[0]?.name === ref.name;
}

/** One contains the other, or they differ in case or by two letters. */
function similar(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x.includes(y) || y.includes(x) || nearMissOf(x, y) <= 2;
}

function explainScope(rule: IgnoreRule, ref: ObjectRef, part: ScopePart): FailingRule {
  const group = groupOf(ref.apiVersion);
  const place = rule.place;
  switch (part) {
    case 'group':
      return rule.group === ''
        ? {
            place,
            reason: 'group-missing',
            message: `${place} has no group, which means the core group and matches no ${ref.kind}; add group: ${group}.`,
          }
        : {
            place,
            reason: 'group-mismatch',
            message: `${place} names group ${inline(rule.group)}, but ${displayRef(ref)} is in group ${inline(group)}; change the group${rule.kind === ref.kind ? '' : ` and kind: ${ref.kind}`}.`,
          };
    case 'kind':
      return {
        place,
        reason: 'kind-mismatch',
        message: `${place} names kind ${inline(rule.kind)}, but the field belongs to ${displayRef(ref)}; set kind: ${ref.kind}, spelled like that.`,
      };
    case 'name':
      return looksLikeGlob(rule.name)
        ? {
            place,
            reason: 'name-is-glob',
            message: `${place} has the name ${inline(rule.name)}, and Argo CD takes names literally, without wildcards; set name: ${ref.name}, or leave the name out.`,
          }
        : {
            place,
            reason: 'name-mismatch',
            message: `${place} names ${inline(rule.name)}, but the object is called ${inline(ref.name)}; correct the name.`,
          };
    case 'namespace':
      return {
        place,
        reason: 'namespace-mismatch',
        message: `${place} names namespace ${inline(rule.namespace)}, but the object is in ${inline(ref.namespace)} (the resource's namespace counts, not the Application's); correct it.`,
      };
  }
}

/** The rule is for this object: does its content aim at this field, and miss? */
function explainContent(rule: IgnoreRule, subject: RuleSubject, jq: JqEngine): FailingRule | null {
  const field = subject.field;
  const leaf = field.slice(field.lastIndexOf('/') + 1);
  for (const pointer of rule.jsonPointers) {
    const last = pointer.split(/[/.]/).findLast((token) => token !== '') ?? '';
    if (nearMissOf(last.toLowerCase(), leaf.toLowerCase()) > 1) continue;
    return {
      place: rule.place,
      reason: 'field-not-covered',
      message: `${rule.place}: the pointer ${inline(pointer)} does not reach ${field}; write ${field} (a leading slash, exact case, no wildcards).`,
    };
  }
  for (const expression of rule.jqPathExpressions) {
    if (!expression.toLowerCase().includes(leaf.toLowerCase())) continue;
    const verdict = judgeExpression(expression, subject, jq);
    const why =
      verdict.outcome === 'failed'
        ? `fails when it runs (${verdict.message}) and is skipped`
        : `does not reach ${field}`;
    return {
      place: rule.place,
      reason: 'field-not-covered',
      message: `${rule.place}: the jq expression ${inline(expression)} ${why}; the JSON pointer ${field} is enough.`,
    };
  }
  return explainManagers(rule, subject);
}

function explainManagers(rule: IgnoreRule, subject: RuleSubject): FailingRule | null {
  const others = subject.owners.map((owner) => owner.manager).filter((manager) => !isArgoManager(manager));
  if (rule.managedFieldsManagers.length === 0 || others.length === 0) return null;
  const named = rule.managedFieldsManagers.map(inline).join(', ');
  if (!managersApply(rule, subject.ref)) {
    return {
      place: rule.place,
      reason: 'manager-mismatch',
      message: `${rule.place}: managedFieldsManagers of argocd-cm are found under an exact group_Kind or all only; use jsonPointers: [${subject.field}] there.`,
    };
  }
  return {
    place: rule.place,
    reason: 'manager-mismatch',
    message: `${rule.place} trusts ${named}, but ${subject.field} is written by ${[...new Set(others)].map(inline).join(', ')} here; name that manager, or use jsonPointers: [${subject.field}].`,
  };
}

function inline(text: string): string {
  return `"${text}"`;
}
