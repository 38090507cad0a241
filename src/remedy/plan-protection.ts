/**
 * What must change in one holder of rules so that given fields are left alone, in the comparison and in the sync: the
 * smallest JSON patch (RFC 6902), guarded by `test` operations on what was read.
 */
import type { ApplicationFact, Json } from '../model/facts.ts';
import { keyOf } from '../model/refs.ts';
import type { JsonPatchOperation } from '../model/verdicts.ts';
import { explainMiss } from '../rules/failing.ts';
import { compiles } from '../rules/jq-coverage.ts';
import { covers, RESPECT_OPTION, type RuleSubject, type RulesContext } from '../rules/protection.ts';
import { type Leaves, narrowestRule, type RawRule, readRule } from './field-rule.ts';
import { patchOfOptions, patchOfRules, type RuleEdit } from './patch.ts';
import { removeUnparsable, repairRule } from './repair-rule.ts';
import type { RuleHolder } from './rule-holder.ts';

export interface ProtectionPlan {
  /** Empty when nothing has to change. */
  readonly patch: readonly JsonPatchOperation[];
  /** The two lists as they will stand. */
  readonly rules: readonly Json[];
  readonly syncOptions: readonly string[];
  /** Rules that were repaired, by place, with what was changed. */
  readonly repaired: readonly { readonly place: string; readonly changes: readonly string[] }[];
  /** The rules that were added: one for each object that none covers yet. */
  readonly added: readonly RawRule[];
  readonly addsOption: boolean;
}

export interface ProtectionWish {
  readonly subjects: readonly RuleSubject[];
  readonly leaves: Leaves;
  /** Which of the two lists may be touched: the other would be put back by the owner. */
  readonly rules: boolean;
  readonly option: boolean;
}

/** `app` is the Application whose objects the rules are for; the holder may be the set that makes it. */
export function planProtection(
  holder: RuleHolder,
  app: ApplicationFact,
  wish: ProtectionWish,
  context: RulesContext,
): ProtectionPlan {
  const edits: RuleEdit[] = (holder.raw ?? []).map((raw) => ({ before: raw, after: raw }));
  const repaired: { place: string; changes: readonly string[] }[] = [];
  let added: RawRule[] = [];
  if (wish.rules) {
    repairUnparsable(holder, edits, wish.subjects, context, repaired);
    repairMissing(holder, app, edits, wish.subjects, context, repaired);
    added = rulesFor(
      wish.subjects.filter((subject) => !isCovered(holder, edits, subject, context)),
      wish.leaves,
    );
  }
  // A rule is only repaired, and nothing protected, where no field is named.
  const addsOption = wish.option && wish.subjects.length > 0 && !(holder.syncOptions ?? []).includes(RESPECT_OPTION);
  const options = addsOption ? patchOfOptions(holder) : { patch: [], syncOptions: holder.syncOptions ?? [] };
  return {
    patch: [...patchOfRules(holder, edits, added), ...options.patch],
    rules: [...edits.flatMap((edit) => (edit.after === null ? [] : [edit.after])), ...added],
    syncOptions: options.syncOptions,
    repaired,
    added,
    addsOption,
  };
}

/** One rule for each object, with all of its fields that nothing covers. */
function rulesFor(open: readonly RuleSubject[], leaves: Leaves): RawRule[] {
  const byObject = Map.groupBy(open, (subject) => keyOf(subject.ref));
  return [...byObject.values()].flatMap((subjects) => {
    const [first] = subjects;
    if (first === undefined) return [];
    return [narrowestRule(first.ref, [...new Set(subjects.map((subject) => subject.field))], leaves)];
  });
}

/** A rule that does not parse breaks the comparison of everything: it goes first, whatever it was for. */
function repairUnparsable(
  holder: RuleHolder,
  edits: RuleEdit[],
  subjects: readonly RuleSubject[],
  context: RulesContext,
  repaired: { place: string; changes: readonly string[] }[],
): void {
  for (const [index, edit] of edits.entries()) {
    const raw = asRule(edit.after);
    if (raw === null) continue;
    const rule = readRule(raw, placeOf(holder, index));
    if (rule.jqPathExpressions.every((expression) => compiles(expression, context.jq).ok)) continue;
    const meant = subjects.find((one) => rule.jqPathExpressions.some((text) => text.includes(leafOf(one)))) ?? null;
    const repair = removeUnparsable(raw, rule, meant, context);
    edits[index] = { before: edit.before, after: repair.raw };
    repaired.push({ place: rule.place, changes: repair.changes });
  }
}

/** The first rule that was plainly meant for a field, and that a small change makes cover it. */
function repairMissing(
  holder: RuleHolder,
  app: ApplicationFact,
  edits: RuleEdit[],
  subjects: readonly RuleSubject[],
  context: RulesContext,
  repaired: { place: string; changes: readonly string[] }[],
): void {
  for (const subject of subjects) {
    if (isCovered(holder, edits, subject, context)) continue;
    for (const [index, edit] of edits.entries()) {
      const raw = asRule(edit.after);
      if (raw === null) continue;
      const rule = readRule(raw, placeOf(holder, index));
      if (explainMiss(rule, subject, app, context.jq) === null) continue;
      const repair = repairRule(raw, rule, subject, context);
      if (repair === null) continue;
      edits[index] = { before: edit.before, after: repair.raw };
      repaired.push({ place: rule.place, changes: repair.changes });
      break;
    }
  }
}

/** By the rules of the holder as they will stand, or by those of argocd-cm. */
function isCovered(
  holder: RuleHolder,
  edits: readonly RuleEdit[],
  subject: RuleSubject,
  context: RulesContext,
): boolean {
  const own = edits.flatMap((edit, index) =>
    edit.after === null ? [] : [readRule(edit.after, placeOf(holder, index))],
  );
  return [...own, ...context.model.systemRules()].some((rule) => covers(rule, subject, context.jq));
}

function placeOf(holder: RuleHolder, index: number): string {
  return `${holder.base.slice(1).replaceAll('/', '.')}.ignoreDifferences[${index}]`;
}

function leafOf(subject: RuleSubject): string {
  return subject.field.slice(subject.field.lastIndexOf('/') + 1);
}

function asRule(raw: Json | null): RawRule | null {
  return raw !== null && typeof raw === 'object' && !Array.isArray(raw) ? raw : null;
}
