/** The narrowest ignore rule for given fields of one object. */
import type { IgnoreRule, Json, ObjectRef } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';
import { tokensOf } from '../rules/pointer.ts';

/** A rule as it stands in YAML. */
export type RawRule = { [key: string]: Json };

/** Leaves of the object by JSON pointer, as a lens shows them. */
export type Leaves = ReadonlyMap<string, Json> | null;

/**
 * Group, kind, name, namespace, and the fields: by JSON pointer, or, for a field inside a list item whose name is
 * known, by a jq expression that finds the item by its name, wherever it stands in the list.
 */
export function narrowestRule(ref: ObjectRef, fields: readonly string[], leaves: Leaves): RawRule {
  const rule: RawRule = {};
  const group = groupOf(ref.apiVersion);
  if (group !== '') rule['group'] = group;
  rule['kind'] = ref.kind;
  rule['name'] = ref.name;
  if (ref.namespace !== '') rule['namespace'] = ref.namespace;
  const pointers: string[] = [];
  const expressions: string[] = [];
  for (const field of fields) {
    const expression = byItemName(field, leaves);
    if (expression === null) pointers.push(field);
    else expressions.push(expression);
  }
  if (pointers.length > 0) rule['jsonPointers'] = pointers;
  if (expressions.length > 0) rule['jqPathExpressions'] = expressions;
  return rule;
}

/** The rule as matching reads it. */
export function readRule(raw: Json, place: string): IgnoreRule {
  const rule: { readonly [key: string]: Json } =
    raw !== null && typeof raw === 'object' && !Array.isArray(raw) ? raw : {};
  const text = (key: string): string => (typeof rule[key] === 'string' ? rule[key] : '');
  const list = (key: string): string[] => {
    const value = rule[key];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  };
  return {
    place,
    level: 'application',
    group: text('group'),
    kind: text('kind'),
    name: text('name'),
    namespace: text('namespace'),
    jsonPointers: list('jsonPointers'),
    jqPathExpressions: list('jqPathExpressions'),
    managedFieldsManagers: list('managedFieldsManagers'),
  };
}

/** True when the field lies inside a list: its pointer depends on the order of the items. */
export function isInList(field: string): boolean {
  return (tokensOf(field) ?? []).slice(1).some((token) => INDEX.test(token));
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/** Keys by which Kubernetes merges lists of its built-in kinds (patchMergeKey), the commonest first. */
const MERGE_KEYS = ['name', 'mountPath', 'containerPort', 'port', 'devicePath', 'topologyKey', 'ip', 'type'];

/** '.spec.template.spec.containers[] | select(.name == "app") | .image'; null when some item has no known name. */
function byItemName(field: string, leaves: Leaves): string | null {
  const tokens = tokensOf(field) ?? [];
  if (leaves === null || !isInList(field)) return null;
  let expression = '';
  let prefix = '';
  for (const [index, token] of tokens.entries()) {
    prefix += `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (index === 0 || !INDEX.test(token)) {
      expression += step(token);
      continue;
    }
    const found = MERGE_KEYS.map((key) => [key, leaves.get(`${prefix}/${key}`)] as const).find(([, value]) =>
      isName(value),
    );
    if (found === undefined) return null;
    expression += `[] | select(.${found[0]} == ${literal(found[1] ?? null)})`;
    if (index < tokens.length - 1) expression += ' | ';
  }
  return expression;
}

function isName(value: Json | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** A key as a jq path: `.replicas`, or `."app.kubernetes.io/name"`. */
function step(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `.${literal(key)}`;
}

/** A JSON literal is a jq literal: JSON doubles every backslash, so no `\(` begins an interpolation. */
function literal(value: Json): string {
  return JSON.stringify(value);
}
