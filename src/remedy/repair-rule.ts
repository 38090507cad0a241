/** Repairs an existing rule that was meant to protect a field, in place of adding a second one. */
import type { IgnoreRule, Json } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import { looksLikeGlob } from '../rules/glob.ts';
import { compiles } from '../rules/jq-coverage.ts';
import { nearMissOf } from '../rules/near-miss.ts';
import { covers, type RuleSubject, type RulesContext } from '../rules/protection.ts';
import { mismatchesOf } from '../rules/scope.ts';
import { type RawRule, readRule } from './field-rule.ts';

export interface Repair {
  readonly raw: RawRule;
  /** 'group: apps added', for the sentence that tells of it. */
  readonly changes: readonly string[];
}

/** The rule with what keeps it from the field put right; null when that does not make it cover the field. */
export function repairRule(raw: RawRule, rule: IgnoreRule, subject: RuleSubject, context: RulesContext): Repair | null {
  const scoped = repairScope(raw, rule, subject);
  const scopedRule = readRule(scoped.raw, rule.place);
  if (covers(scopedRule, subject, context.jq)) return scoped;
  // Content is put right only in a rule for exactly this kind: a pointer in a rule for '*' would reach everything.
  if (looksLikeGlob(rule.kind) || looksLikeGlob(rule.group)) return null;
  const repaired = addPointer(scoped, rule, subject.field);
  return covers(readRule(repaired.raw, rule.place), subject, context.jq) ? repaired : null;
}

function repairScope(raw: RawRule, rule: IgnoreRule, subject: RuleSubject): Repair {
  const { ref } = subject;
  const next: RawRule = { ...raw };
  const changes: string[] = [];
  for (const part of mismatchesOf(rule, ref)) {
    if (part === 'group') {
      const group = groupOf(ref.apiVersion);
      if (group === '') delete next['group'];
      else next['group'] = group;
      changes.push(group === '' ? 'group removed' : `group: ${group}`);
    } else if (part === 'kind') {
      next['kind'] = ref.kind;
      changes.push(`kind: ${ref.kind}`);
    } else if (part === 'name') {
      // '*' was meant as any: that is what no name means.
      if (rule.name === '*') delete next['name'];
      else next['name'] = ref.name;
      changes.push(rule.name === '*' ? 'name removed' : `name: ${ref.name}`);
    } else {
      if (ref.namespace === '') delete next['namespace'];
      else next['namespace'] = ref.namespace;
      changes.push(ref.namespace === '' ? 'namespace removed' : `namespace: ${ref.namespace}`);
    }
  }
  return { raw: next, changes };
}

/** The field in place of a pointer that nearly names it, or beside what is there. */
function addPointer(repair: Repair, rule: IgnoreRule, field: string): Repair {
  const pointers: Json[] = Array.isArray(repair.raw['jsonPointers']) ? [...repair.raw['jsonPointers']] : [];
  const leaf = field.slice(field.lastIndexOf('/') + 1).toLowerCase();
  const wrong = rule.jsonPointers.find((pointer) => {
    const last = pointer.split(/[/.]/).findLast((token) => token !== '') ?? '';
    return nearMissOf(last.toLowerCase(), leaf) <= 1;
  });
  if (wrong === undefined) pointers.push(field);
  else pointers[pointers.indexOf(wrong)] = field;
  const change = wrong === undefined ? `pointer ${field} added` : `pointer ${wrong} corrected to ${field}`;
  return { raw: { ...repair.raw, jsonPointers: pointers }, changes: [...repair.changes, change] };
}

/**
 * The rule without its jq expressions that do not parse; `raw` is null when nothing is left of it. One that was meant
 * for the field of `subject` gets the pointer in their place.
 */
export function removeUnparsable(
  raw: RawRule,
  rule: IgnoreRule,
  subject: RuleSubject | null,
  context: RulesContext,
): { readonly raw: RawRule | null; readonly changes: readonly string[] } {
  const broken = rule.jqPathExpressions.filter((expression) => !compiles(expression, context.jq).ok);
  const kept = rule.jqPathExpressions.filter((expression) => !broken.includes(expression));
  const next: RawRule = { ...raw };
  if (kept.length === 0) delete next['jqPathExpressions'];
  else next['jqPathExpressions'] = kept;
  const changes = [`jq expression ${broken.map((text) => `"${text}"`).join(', ')} removed, since it does not parse`];
  if (
    subject !== null &&
    mismatchesOf(rule, subject.ref).length === 0 &&
    !covers(readRule(next, ''), subject, context.jq)
  ) {
    return addPointer({ raw: next, changes }, readRule(next, rule.place), subject.field);
  }
  const content = ['jsonPointers', 'jqPathExpressions', 'managedFieldsManagers'];
  const isEmpty = content.every((key) => !Array.isArray(next[key]) || next[key].length === 0);
  return { raw: isEmpty ? null : next, changes };
}
