/**
 * JSON patches (RFC 6902) on the two lists. Nothing is dropped, nothing is added twice, and what was read is tested first;
 * that a list is absent can only be tested by commands (commands.ts, guardAbsence).
 */
import type { Json } from '../model/facts.ts';
import type { JsonPatchOperation } from '../model/verdicts.ts';
import { pointerOf } from '../rules/pointer.ts';
import { RESPECT_OPTION } from '../rules/protection.ts';
import type { RawRule } from './field-rule.ts';
import type { RuleHolder } from './rule-holder.ts';

/** One entry of the list as read, and as it shall be; null: it goes. */
export interface RuleEdit {
  readonly before: Json;
  readonly after: Json | null;
}

/** The operations on ignoreDifferences. */
export function patchOfRules(
  holder: RuleHolder,
  edits: readonly RuleEdit[],
  added: readonly RawRule[],
): JsonPatchOperation[] {
  const list = `${holder.base}/ignoreDifferences`;
  if (holder.raw === null) return added.length === 0 ? [] : [{ op: 'add', path: list, value: [...added] }];
  const changed = [...edits.entries()].filter(([, edit]) => edit.after !== edit.before);
  if (changed.length === 0 && added.length === 0) return [];
  const operations: JsonPatchOperation[] = [];
  // Whoever pastes the command a second time, or after a colleague, gets a refusal and no second rule.
  if (added.length > 0) operations.push({ op: 'test', path: list, value: [...holder.raw] });
  else
    for (const [index, edit] of changed) operations.push({ op: 'test', path: `${list}/${index}`, value: edit.before });
  for (const [index, edit] of changed) {
    if (edit.after !== null) operations.push(...patchOfRule(`${list}/${index}`, edit.before, edit.after));
  }
  // From the end, so that no index moves before its turn.
  for (const [index, edit] of changed.toReversed()) {
    if (edit.after === null) operations.push({ op: 'remove', path: `${list}/${index}` });
  }
  for (const rule of added) operations.push({ op: 'add', path: `${list}/-`, value: rule });
  return operations;
}

/** Key by key: a rule is flat, its values are texts and lists of texts. */
function patchOfRule(path: string, before: Json, after: Json): JsonPatchOperation[] {
  if (!isRule(before) || !isRule(after)) return [{ op: 'replace', path, value: after }];
  const operations: JsonPatchOperation[] = [];
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) operations.push({ op: 'remove', path: `${path}${pointerOf([key])}` });
  }
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (JSON.stringify(old) === JSON.stringify(value)) continue;
    operations.push({ op: old === undefined ? 'add' : 'replace', path: `${path}${pointerOf([key])}`, value });
  }
  return operations;
}

/** The operations that give syncOptions the option once, in place of one that says otherwise or is misspelt. */
export function patchOfOptions(holder: RuleHolder): { patch: JsonPatchOperation[]; syncOptions: readonly string[] } {
  const policy = `${holder.base}/syncPolicy`;
  const list = `${policy}/syncOptions`;
  const { syncOptions } = holder;
  if (!holder.hasSyncPolicy) {
    return {
      patch: [{ op: 'add', path: policy, value: { syncOptions: [RESPECT_OPTION] } }],
      syncOptions: [RESPECT_OPTION],
    };
  }
  if (syncOptions === null) {
    return { patch: [{ op: 'add', path: list, value: [RESPECT_OPTION] }], syncOptions: [RESPECT_OPTION] };
  }
  const test: JsonPatchOperation = { op: 'test', path: list, value: [...syncOptions] };
  const wrong = syncOptions.findIndex((option) => option.trim().toLowerCase().startsWith('respectignoredifferences'));
  if (wrong < 0) {
    return {
      patch: [test, { op: 'add', path: `${list}/-`, value: RESPECT_OPTION }],
      syncOptions: [...syncOptions, RESPECT_OPTION],
    };
  }
  return {
    patch: [test, { op: 'replace', path: `${list}/${wrong}`, value: RESPECT_OPTION }],
    syncOptions: syncOptions.with(wrong, RESPECT_OPTION),
  };
}

/**
 * True when Argo CD's own API keeps the tested lists as they stand in the cluster: it reads them into Go types that
 * leave out what is empty (types.go:124, `omitempty`), and then a `test` on them fails.
 */
export function survivesGoTypes(patch: readonly JsonPatchOperation[]): boolean {
  return patch.every((operation) => operation.op !== 'test' || !hasEmptyPart(operation.value ?? null));
}

function hasEmptyPart(value: Json): boolean {
  if (value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  const parts = Object.values(value);
  return parts.length === 0 || parts.some(hasEmptyPart);
}

function isRule(value: Json): value is RawRule {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
