/**
 * Sets of fields in the form of metadata.managedFields[].fieldsV1 (KEP-555; sigs.k8s.io/structured-merge-diff): a tree
 * of path elements `f:<name>`, `k:{"name":"app"}`, `v:"x"`. A node without children is a member; one with children is a
 * member when it has '.'. Sets are never changed in place; parts that do not differ are shared.
 */
import { isList, isObject, type JsonObject, type JsonValue, sameJson } from './json.ts';
import { type FieldSchema, schemaOfField } from './schema.ts';

export type FieldSet = JsonObject;

/** The set of one node that is a member and has nothing below it. */
const MEMBER: FieldSet = Object.freeze({});
const SELF = '.';

function isLeaf(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

function child(set: FieldSet, element: string): FieldSet | undefined {
  return set[element] as FieldSet | undefined;
}

export function unionOf(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const leafA = isLeaf(a);
  const leafB = isLeaf(b);
  if (leafA && leafB) return a;
  if (leafA) return SELF in b ? b : { [SELF]: MEMBER, ...b };
  if (leafB) return SELF in a ? a : { [SELF]: MEMBER, ...a };
  let union: Record<string, JsonValue> | undefined;
  for (const element in b) {
    const left = child(a, element);
    const both = left === undefined ? child(b, element) : unionOf(left, child(b, element));
    if (both === left) continue;
    union ??= { ...a };
    union[element] = both ?? MEMBER;
  }
  return union ?? a;
}

/** Members of `a` that are not members of `b`; undefined when none is left. `isRoot`: the root is never a member. */
export function differenceOf(a: FieldSet, b: FieldSet | undefined, isRoot = true): FieldSet | undefined {
  if (b === undefined) return a;
  const bHasSelf = !isRoot && (isLeaf(b) || SELF in b);
  if (isLeaf(a)) return bHasSelf || isRoot ? undefined : a;
  let changed: Record<string, JsonValue> | undefined;
  if (bHasSelf && SELF in a) {
    changed = { ...a };
    delete changed[SELF];
  }
  for (const element in b) {
    const left = element === SELF ? undefined : child(a, element);
    if (left === undefined) continue;
    const rest = differenceOf(left, child(b, element), false);
    if (rest === left) continue;
    changed ??= { ...a };
    if (rest === undefined) delete changed[element];
    else changed[element] = rest;
  }
  if (changed === undefined) return a;
  return isLeaf(changed) ? undefined : onlySelf(changed) ? MEMBER : changed;
}

function onlySelf(set: FieldSet): boolean {
  for (const element in set) if (element !== SELF) return false;
  return true;
}

/** Members of both; undefined when there are none. */
export function intersectionOf(a: FieldSet, b: FieldSet, isRoot = true): FieldSet | undefined {
  const self = !isRoot && (isLeaf(a) || SELF in a) && (isLeaf(b) || SELF in b);
  const common: Record<string, JsonValue> = {};
  for (const element in a) {
    if (element === SELF) continue;
    const left = child(a, element);
    const right = child(b, element);
    if (left === undefined || right === undefined) continue;
    const both = intersectionOf(left, right, false);
    if (both !== undefined) common[element] = both;
  }
  if (isLeaf(common)) return self ? MEMBER : undefined;
  return self ? { [SELF]: MEMBER, ...common } : common;
}

/** The path element of one item of a keyed list or a set; undefined when a key is missing (then it is told by index). */
export function elementOf(item: JsonValue, schema: FieldSchema, index: number): string {
  if (schema.set === true) return `v:${JSON.stringify(item)}`;
  const keys: Record<string, JsonValue> = {};
  let found = false;
  for (const key of schema.keys ?? []) {
    const value = isObject(item) ? item[key] : undefined;
    if (value === undefined) continue;
    keys[key] = value;
    found = true;
  }
  return found ? `k:${JSON.stringify(keys)}` : `i:${index}`;
}

function isKeyedList(schema: FieldSchema | undefined): schema is FieldSchema {
  return schema !== undefined && schema.atomic !== true && (schema.keys !== undefined || schema.set === true);
}

function isGranularMap(value: JsonValue | undefined, schema: FieldSchema | undefined): value is JsonObject {
  return schema?.atomic !== true && isObject(value);
}

/** The whole value with every node on the way, as a value that was added or removed is owned. */
function wholeOf(value: JsonValue, schema: FieldSchema | undefined): FieldSet {
  if (isGranularMap(value, schema)) {
    const set: Record<string, JsonValue> = { [SELF]: MEMBER };
    for (const key in value) set[`f:${key}`] = wholeOf(value[key] ?? null, schemaOfField(schema, key));
    return onlySelf(set) ? MEMBER : set;
  }
  if (isList(value) && isKeyedList(schema)) {
    const set: Record<string, JsonValue> = { [SELF]: MEMBER };
    value.forEach((item, index) => {
      set[elementOf(item, schema, index)] = schema.set === true ? MEMBER : wholeOf(item, schema.items);
    });
    return onlySelf(set) ? MEMBER : set;
  }
  return MEMBER;
}

/** The fields a server-side apply states: leaves, and items of keyed lists, but not the maps on the way. */
export function statedBy(value: JsonValue, schema: FieldSchema | undefined): FieldSet {
  if (isGranularMap(value, schema)) {
    const set: Record<string, JsonValue> = {};
    for (const key in value) set[`f:${key}`] = statedBy(value[key] ?? null, schemaOfField(schema, key));
    return set;
  }
  if (isList(value) && isKeyedList(schema)) {
    const set: Record<string, JsonValue> = {};
    value.forEach((item, index) => {
      const below = schema.set === true ? MEMBER : statedBy(item, schema.items);
      set[elementOf(item, schema, index)] = isLeaf(below) ? MEMBER : { [SELF]: MEMBER, ...below };
    });
    return set;
  }
  return MEMBER;
}

/** What changed between two versions: fields set to another value or added, and fields that are gone. */
export interface FieldChanges {
  taken: FieldSet | undefined;
  removed: FieldSet | undefined;
}

const NOTHING: FieldChanges = { taken: undefined, removed: undefined };

/** Compares two values as typed.Compare does (structured-merge-diff typed/compare.go). */
export function changesBetween(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  schema: FieldSchema | undefined,
): FieldChanges {
  if (before === after) return NOTHING;
  if (after === undefined) return { taken: undefined, removed: wholeOf(before ?? null, schema) };
  if (before === undefined) return { taken: wholeOf(after, schema), removed: undefined };
  const mapBefore = before === null && isObject(after) ? MEMBER : before;
  const mapAfter = after === null && isObject(before) ? MEMBER : after;
  if (isGranularMap(mapBefore, schema) && isGranularMap(mapAfter, schema)) {
    if (isLeaf(mapBefore) && isLeaf(mapAfter)) return sameJson(before, after) ? NOTHING : { ...NOTHING, taken: MEMBER };
    return mapChanges(mapBefore, mapAfter, schema);
  }
  if (isKeyedList(schema)) {
    const listBefore = before === null ? [] : before;
    const listAfter = after === null ? [] : after;
    if (isList(listBefore) && isList(listAfter)) return listChanges(listBefore, listAfter, schema);
  }
  return sameJson(before, after) ? NOTHING : { taken: MEMBER, removed: undefined };
}

function mapChanges(before: JsonObject, after: JsonObject, schema: FieldSchema | undefined): FieldChanges {
  let taken: Record<string, JsonValue> | undefined;
  let removed: Record<string, JsonValue> | undefined;
  for (const key in after) {
    const left = before[key];
    const right = after[key];
    if (left === right) continue;
    const changes = changesBetween(left, right, schemaOfField(schema, key));
    if (changes.taken !== undefined) {
      taken ??= {};
      taken[`f:${key}`] = changes.taken;
    }
    if (changes.removed !== undefined) {
      removed ??= {};
      removed[`f:${key}`] = changes.removed;
    }
  }
  for (const key in before) {
    if (after[key] !== undefined) continue;
    removed ??= {};
    removed[`f:${key}`] = wholeOf(before[key] ?? null, schemaOfField(schema, key));
  }
  return { taken, removed };
}

function listChanges(before: readonly JsonValue[], after: readonly JsonValue[], schema: FieldSchema): FieldChanges {
  const old = new Map(before.map((item, index) => [elementOf(item, schema, index), item]));
  let taken: Record<string, JsonValue> | undefined;
  let removed: Record<string, JsonValue> | undefined;
  after.forEach((item, index) => {
    const element = elementOf(item, schema, index);
    const previous = old.get(element);
    old.delete(element);
    if (schema.set === true && previous !== undefined) return;
    const changes = changesBetween(previous, item, schema.items);
    if (changes.taken !== undefined) {
      taken ??= {};
      taken[element] = changes.taken;
    }
    if (changes.removed !== undefined) {
      removed ??= {};
      removed[element] = changes.removed;
    }
  });
  for (const [element, item] of old) {
    removed ??= {};
    removed[element] = schema.set === true ? MEMBER : wholeOf(item, schema.items);
  }
  return { taken, removed };
}

/** Every member as a list of path elements, for messages and for pruning. */
export function membersOf(set: FieldSet, path: readonly string[] = []): string[][] {
  const members: string[][] = [];
  if (path.length > 0 && (isLeaf(set) || SELF in set)) members.push([...path]);
  for (const element in set) {
    if (element !== SELF) members.push(...membersOf(child(set, element) ?? MEMBER, [...path, element]));
  }
  return members;
}

/** True when the path is a member (`['f:spec', 'f:replicas']`). */
export function hasMember(set: FieldSet, path: readonly string[]): boolean {
  let here: FieldSet = set;
  for (const element of path) {
    const next = child(here, element);
    if (next === undefined) return false;
    here = next;
  }
  return isLeaf(here) || SELF in here;
}

/** The set that holds one path only. */
export function setOfPath(path: readonly string[]): FieldSet {
  return path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), MEMBER);
}
