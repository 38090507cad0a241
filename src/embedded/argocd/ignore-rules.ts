/**
 * Which fields Argo CD is told to ignore, and what that does to a manifest before it is compared or sent (argo-cd
 * util/argo/normalizers, controller/sync.go:421). Written from the documentation for itself: see jq-paths.ts.
 */
import { parse } from 'yaml';
import { membersOf } from '../field-sets.ts';
import {
  getAt,
  isList,
  isObject,
  type JsonObject,
  type JsonValue,
  listAt,
  type PathPart,
  parsePointer,
  removeAt,
  sameJson,
  setAt,
  textAt,
} from '../json.ts';
import type { KubeObject } from '../objects.ts';
import { type JqStep, parseJqPath, resolveJqPath } from './jq-paths.ts';

interface Rule {
  readonly group: RegExp;
  readonly kind: RegExp;
  /** Exact; '' is any. */
  readonly name: string;
  readonly namespace: string;
  readonly pointers: readonly (readonly string[])[];
  readonly jq: readonly (readonly JqStep[])[];
  readonly managers: readonly string[];
}

export interface IgnoreRules {
  readonly rules: readonly Rule[];
  /** An expression that does not parse: nothing of the application is compared. '' when all do. */
  readonly broken: string;
}

/** The rules of one Application: argocd-cm's and its own. */
export function readIgnoreRules(app: KubeObject, settings: JsonObject): IgnoreRules {
  const rules: Rule[] = [];
  let broken = '';
  const add = (group: string, kind: string, raw: JsonValue) => {
    const expressions = listAt(raw, 'jqPathExpressions').map(String);
    const jq = expressions.map((expression) => parseJqPath(expression));
    broken ||= expressions[jq.indexOf(undefined)] ?? '';
    rules.push({
      group: globPattern(group),
      kind: globPattern(kind),
      name: textAt(raw, 'name'),
      namespace: textAt(raw, 'namespace'),
      pointers: listAt(raw, 'jsonPointers').map((pointer) => parsePointer(String(pointer))),
      jq: jq.filter((steps) => steps !== undefined),
      managers: listAt(raw, 'managedFieldsManagers').map(String),
    });
  };
  for (const [key, value] of Object.entries(settings)) {
    const place = /^resource\.customizations\.ignoreDifferences\.(.+)$/.exec(key)?.[1];
    if (place === undefined) continue;
    const { name: _name, namespace: _namespace, ...raw } = (parse(String(value)) ?? {}) as Record<string, JsonValue>;
    const underscore = place.lastIndexOf('_');
    if (place === 'all') add('*', '*', raw);
    else add(underscore < 0 ? '' : place.slice(0, underscore), place.slice(underscore + 1), raw);
  }
  for (const raw of listAt(app.spec, 'ignoreDifferences')) add(textAt(raw, 'group'), textAt(raw, 'kind'), raw);
  return { rules, broken };
}

/** A glob without separators: '*', '?', '[ab]', '{a,b}'. */
function globPattern(glob: string): RegExp {
  const pattern = glob
    .replace(/[.+^$()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\{([^}]*)\}/g, (_, list: string) => `(${list.replaceAll(',', '|')})`);
  return new RegExp(`^${pattern}$`);
}

function rulesFor(rules: IgnoreRules, object: KubeObject): Rule[] {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const { name, namespace = '' } = object.metadata;
  return rules.rules.filter(
    (rule) =>
      rule.group.test(group) &&
      rule.kind.test(object.kind) &&
      (rule.name === '' || rule.name === name) &&
      (rule.namespace === '' || rule.namespace === namespace),
  );
}

/** Ignored places that exist in an object. */
function ignoredPaths(rules: readonly Rule[], object: KubeObject, live: KubeObject): PathPart[][] {
  const paths: PathPart[][] = [];
  for (const rule of rules) {
    for (const pointer of rule.pointers) {
      const path = numericIndexes(object, pointer);
      if (getAt(object, ...path) !== undefined) paths.push(path);
    }
    for (const steps of rule.jq) paths.push(...resolveJqPath(object, steps));
    for (const entry of live.metadata.managedFields ?? []) {
      if (!rule.managers.includes(entry.manager)) continue;
      for (const member of membersOf(entry.fieldsV1)) {
        const path = plainPath(member);
        if (path !== undefined && getAt(object, ...path) !== undefined) paths.push(path);
      }
    }
  }
  return paths;
}

/** Field paths without keyed lists; a manager's fields inside lists are seldom what is ignored. */
function plainPath(member: readonly string[]): PathPart[] | undefined {
  return member.every((element) => element.startsWith('f:')) ? member.map((element) => element.slice(2)) : undefined;
}

function numericIndexes(object: JsonValue, pointer: readonly string[]): PathPart[] {
  const path: PathPart[] = [];
  for (const part of pointer) path.push(isList(getAt(object, ...path)) ? Number(part) : part);
  return path;
}

/**
 * The manifest with every ignored field as it is live, and gone where it is not live: neither a comparison nor a sync
 * of this manifest touches what is ignored. The same manifest when no rule applies.
 */
export function withLiveIgnored(manifest: KubeObject, live: KubeObject, rules: IgnoreRules): KubeObject {
  const matching = rulesFor(rules, manifest);
  if (matching.length === 0) return manifest;
  let result: JsonValue = manifest;
  for (const path of ignoredPaths(matching, manifest, live)) {
    const value = getAt(live, ...path);
    if (value === undefined) result = removeAt(result, path);
    else if (!sameJson(getAt(result, ...path), value)) result = setAt(result, path, value);
  }
  for (const path of ignoredPaths(matching, live, live)) {
    const parent = getAt(result, ...path.slice(0, -1));
    if (!isObject(parent) || path[0] === 'status' || path[0] === 'metadata') continue;
    if (getAt(result, ...path) === undefined) result = setAt(result, path, getAt(live, ...path) ?? null);
  }
  return result as KubeObject;
}

/** What was applied last, without what is ignored: an ignored field that left Git is not taken away. */
export function withoutIgnored(applied: JsonObject, live: KubeObject, rules: IgnoreRules): JsonObject {
  const object = { ...applied, metadata: applied['metadata'] ?? {} } as unknown as KubeObject;
  const matching = rulesFor(rules, live);
  let result: JsonValue = applied;
  for (const path of ignoredPaths(matching, object, live)) result = removeAt(result, path);
  return result as JsonObject;
}
