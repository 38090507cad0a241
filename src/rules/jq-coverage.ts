/**
 * Does a jq expression take a field away? Argo CD runs `del(<expression>)` on the object (diff_normalizer.go:162). We
 * run the same on a small stand-in for the object and look whether the field is gone.
 */
import type { Json } from '../model/facts.ts';
import type { JqEngine } from '../model/ports.ts';
import { tokensOf } from './pointer.ts';
import type { RuleSubject } from './protection.ts';

export interface JqVerdict {
  /** invalid: does not compile, nothing of the application is compared. failed: fails at run time, the rule is skipped. */
  readonly outcome: 'covers' | 'misses' | 'invalid' | 'failed';
  readonly message: string;
}

/** A key beside the field, so that it is found again after list items before it were deleted. */
const MARK = 'tugwatch.dev/mark';

export function judgeExpression(expression: string, subject: RuleSubject, jq: JqEngine): JqVerdict {
  const tokens = tokensOf(subject.field);
  if (tokens === null) return { outcome: 'misses', message: 'the field is no JSON pointer' };
  const input = standInFor(subject, tokens);
  const result = jq.deletePaths(expression, input);
  if (result.outcome !== 'ok') return result;
  return { outcome: isGone(tokens, input, result.output) ? 'covers' : 'misses', message: '' };
}

/** True when the expression compiles at all, whatever object it is meant for. */
export function compiles(expression: string, jq: JqEngine): { readonly ok: boolean; readonly message: string } {
  const result = jq.deletePaths(expression, {});
  return result.outcome === 'invalid' ? { ok: false, message: result.message } : { ok: true, message: '' };
}

/** apiVersion, kind, name, namespace, the leaves that are known, and the field with its value. */
function standInFor(subject: RuleSubject, tokens: readonly string[]): Json {
  const { ref } = subject;
  const root: { [key: string]: Json } = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: ref.namespace === '' ? { name: ref.name } : { name: ref.name, namespace: ref.namespace },
  };
  for (const [pointer, value] of subject.leaves ?? []) {
    const path = tokensOf(pointer);
    if (path !== null) setAt(root, path, ownEmpty(value));
  }
  setAt(root, tokens, subject.value);
  const parent = valueAt(root, tokens.slice(0, -1));
  if (isMap(parent)) parent[MARK] = true;
  return root;
}

/** A leaf is a scalar, or a list or map that is empty, where the field may be put in: not into what the object's versions share. */
function ownEmpty(leaf: Json): Json {
  if (leaf === null || typeof leaf !== 'object') return leaf;
  return Array.isArray(leaf) ? [] : {};
}

function isGone(tokens: readonly string[], input: Json, output: Json): boolean {
  const last = tokens.at(-1) ?? '';
  const before = valueAt(input, tokens.slice(0, -1));
  if (Array.isArray(before)) {
    // An item of a plain list: gone when the list went, or holds this value less often than before.
    const after = valueAt(output, tokens.slice(0, -1));
    return !Array.isArray(after) || countOf(after, before[Number(last)]) < countOf(before, before[Number(last)]);
  }
  const parent = findMarked(output);
  return parent === undefined || !Object.hasOwn(parent, last);
}

function countOf(list: readonly Json[], value: Json | undefined): number {
  const text = JSON.stringify(value);
  return list.filter((item) => JSON.stringify(item) === text).length;
}

function findMarked(value: Json): { [key: string]: Json } | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (isMap(value) && Object.hasOwn(value, MARK)) return value;
  for (const child of Object.values(value)) {
    const found = findMarked(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueAt(root: Json, tokens: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const token of tokens) {
    if (Array.isArray(value)) value = value[Number(token)];
    else if (value !== undefined && isMap(value) && Object.hasOwn(value, token)) value = value[token];
    else return undefined;
  }
  return value;
}

function setAt(root: { [key: string]: Json }, tokens: readonly string[], value: Json): void {
  let parent: { [key: string]: Json } | Json[] = root;
  for (const [index, token] of tokens.entries()) {
    const next: Json = index === tokens.length - 1 ? value : childOf(parent, token, tokens[index + 1] ?? '');
    if (Array.isArray(parent)) {
      while (parent.length <= Number(token)) parent.push({});
      parent[Number(token)] = next;
    } else Object.defineProperty(parent, token, { value: next, enumerable: true, writable: true, configurable: true });
    if (next === null || typeof next !== 'object') return;
    parent = next;
  }
}

/** The container below `token`: the one that is there, else a list where the next token is an index, else a map. */
function childOf(parent: { [key: string]: Json } | Json[], token: string, next: string): Json {
  const present = Array.isArray(parent)
    ? parent[Number(token)]
    : Object.hasOwn(parent, token)
      ? parent[token]
      : undefined;
  if (present !== undefined && present !== null && typeof present === 'object') return present;
  return MAPS_OF_ANY_KEY.has(token) || !/^(?:0|[1-9]\d{0,3})$/.test(next) ? {} : [];
}

/** Maps whose keys people choose; a key of digits is no index there. */
const MAPS_OF_ANY_KEY = new Set(['data', 'binaryData', 'stringData', 'labels', 'annotations', 'matchLabels']);

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
