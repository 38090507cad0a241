/** Server-side apply: merge, prune what the applier no longer states, and own what it does (KEP-555, merge/update.go). */
import { differenceOf, elementOf, type FieldSet, intersectionOf, membersOf, statedBy, unionOf } from './field-sets.ts';
import { getAt, isList, isObject, type JsonObject, type JsonValue, removeAt } from './json.ts';
import type { KindInfo } from './kinds.ts';
import { type FieldManager, isEntryOf, newEntry, objectChanges, sortEntries, withoutFields } from './managed-fields.ts';
import { formatSeconds, type KubeObject, type ManagedFieldsEntry } from './objects.ts';
import { type FieldSchema, schemaOfField } from './schema.ts';

/** A field that another manager holds with another value. */
export interface ApplyConflict {
  readonly entry: ManagedFieldsEntry;
  /** '.spec.replicas' */
  readonly fields: readonly string[];
}

export type ApplyResult =
  | {
      readonly outcome: 'applied';
      readonly object: KubeObject;
      readonly managedFields: readonly ManagedFieldsEntry[];
    }
  | { readonly outcome: 'conflict'; readonly conflicts: readonly ApplyConflict[] };

/**
 * Applies `config` over `live` (undefined: create). With `force`, conflicting fields are taken over. Defaults are not
 * filled in here: the server does that afterwards, so nobody owns them.
 */
export function applyConfig(
  live: KubeObject | undefined,
  config: KubeObject,
  info: KindInfo,
  by: FieldManager,
  options: { readonly force: boolean; readonly now: number },
): ApplyResult {
  const entries = live?.metadata.managedFields ?? [];
  const before: JsonObject = live ?? info.empty;
  const stated = statedFields(config, info);
  const previous = entries.find((entry) => isEntryOf(entry, 'Apply', info.apiVersion, by));
  const others = entries.filter((entry) => entry !== previous);
  const merged = mergeConfig(before, withoutServerMeta(config), info.schema) as KubeObject;
  const object = pruneFields(merged, previous?.fieldsV1, stated, others, info);
  const changes = objectChanges(before, object, info);
  if (!options.force) {
    const conflicts = conflictsWith(others, changes.taken);
    if (conflicts.length > 0) return { outcome: 'conflict', conflicts };
  }
  const rest = others
    .map((entry) => withoutFields(entry, changes.taken, changes.removed))
    .filter((entry) => entry !== undefined);
  const nothingNew =
    changes.taken === undefined &&
    changes.removed === undefined &&
    previous !== undefined &&
    differenceOf(stated, previous.fieldsV1) === undefined &&
    differenceOf(previous.fieldsV1, stated) === undefined;
  const changed = changes.taken !== undefined || changes.removed !== undefined;
  const time = changed || previous === undefined ? formatSeconds(options.now) : previous.time;
  const own = nothingNew ? previous : newEntry('Apply', info.apiVersion, by, time, stated);
  return { outcome: 'applied', object, managedFields: sortEntries([...rest, own]) };
}

/** The fields a configuration states, without identity and what the server sets. */
export function statedFields(config: KubeObject, info: KindInfo): FieldSet {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = config;
  const owned: Record<string, JsonValue> = {};
  for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    const value = (metadata as JsonObject)[key];
    if (value !== undefined) owned[key] = value;
  }
  const body: JsonObject = Object.keys(owned).length > 0 ? { ...rest, metadata: owned } : rest;
  return statedBy(body, info.schema);
}

function withoutServerMeta(config: KubeObject): JsonObject {
  const { managedFields: _managedFields, resourceVersion: _resourceVersion, ...metadata } = config.metadata;
  return { ...config, metadata } as JsonObject;
}

/** Lays `config` over `live`: maps by key, keyed lists by item, everything else replaced. */
function mergeConfig(live: JsonValue | undefined, config: JsonValue, schema: FieldSchema | undefined): JsonValue {
  if (live === undefined || live === null) return config;
  if (isObject(live) && isObject(config) && schema?.atomic !== true) {
    const merged: Record<string, JsonValue> = { ...live };
    let changed = false;
    for (const key in config) {
      const value = config[key];
      if (value === undefined) continue;
      merged[key] = mergeConfig(live[key], value, schemaOfField(schema, key));
      if (merged[key] !== live[key]) changed = true;
    }
    return changed ? merged : live;
  }
  if (isList(live) && isList(config) && (schema?.keys !== undefined || schema?.set === true)) {
    const merged = [...live];
    const places = new Map(live.map((item, index) => [elementOf(item, schema, index), index]));
    config.forEach((item, index) => {
      const place = places.get(elementOf(item, schema, index));
      if (place === undefined) merged.push(item);
      else merged[place] = mergeConfig(live[place], item, schema.items);
    });
    return merged.length === live.length && merged.every((item, index) => item === live[index]) ? live : merged;
  }
  return sameScalar(live, config) ? live : config;
}

function sameScalar(a: JsonValue, b: JsonValue): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Removes what the applier stated before, states no longer, and nobody else owns. */
function pruneFields(
  merged: KubeObject,
  before: FieldSet | undefined,
  stated: FieldSet,
  others: readonly ManagedFieldsEntry[],
  info: KindInfo,
): KubeObject {
  if (before === undefined) return merged;
  let dropped = differenceOf(before, stated);
  for (const entry of others) if (dropped !== undefined) dropped = differenceOf(dropped, entry.fieldsV1);
  if (dropped === undefined) return merged;
  // Deepest first, so that an item is looked at after what is in it.
  const members = membersOf(dropped).sort((a, b) => b.length - a.length);
  const owned = others.reduce<FieldSet | undefined>((all, entry) => unionOf(all, entry.fieldsV1), stated);
  let result: JsonValue = merged;
  for (const member of members) {
    if (isOwnedAtOrBelow(owned, member)) continue;
    const path = resolvePath(result, member, info.schema);
    if (path === undefined) continue;
    result = removeAt(result, path);
    result = removeEmptyParents(result, path);
  }
  return result as KubeObject;
}

/** A set has a node only where something at or below it is a member. */
function isOwnedAtOrBelow(owned: FieldSet | undefined, member: readonly string[]): boolean {
  return getAt(owned, ...member) !== undefined;
}

/** Path elements to the keys and indexes where they stand now; undefined when they are not there. */
function resolvePath(root: JsonValue, member: readonly string[], schema: FieldSchema): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  let here: JsonValue | undefined = root;
  let below: FieldSchema | undefined = schema;
  for (const element of member) {
    if (element.startsWith('f:')) {
      const key = element.slice(2);
      here = getAt(here, key);
      below = schemaOfField(below, key);
      path.push(key);
    } else {
      const list: JsonValue | undefined = here;
      const listSchema = below;
      if (!isList(list) || listSchema === undefined) return undefined;
      const index = list.findIndex((item, at) => elementOf(item, listSchema, at) === element);
      if (index < 0) return undefined;
      here = list[index];
      below = listSchema.items;
      path.push(index);
    }
    if (here === undefined) return undefined;
  }
  return path;
}

function removeEmptyParents(root: JsonValue, path: readonly (string | number)[]): JsonValue {
  let result = root;
  // The outermost level (spec, metadata) always stays.
  for (let depth = path.length - 1; depth > 1; depth -= 1) {
    const parent = path.slice(0, depth);
    const value = getAt(result, ...parent);
    const empty = isList(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
    if (!empty) break;
    result = removeAt(result, parent);
  }
  return result;
}

function conflictsWith(others: readonly ManagedFieldsEntry[], taken: FieldSet | undefined): ApplyConflict[] {
  if (taken === undefined) return [];
  const conflicts: ApplyConflict[] = [];
  for (const entry of others) {
    const common = intersectionOf(entry.fieldsV1, taken);
    if (common === undefined) continue;
    conflicts.push({ entry, fields: membersOf(common).map(displayPath) });
  }
  return conflicts;
}

/** ['f:spec', 'k:{"name":"app"}', 'f:image'] → '.spec[name="app"].image', as the server prints it. */
function displayPath(member: readonly string[]): string {
  return member
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`;
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
      if (!element.startsWith('k:')) return `[${element.slice(2)}]`;
      const keys = JSON.parse(element.slice(2)) as JsonObject;
      const parts = Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      return `[${parts.join(',')}]`;
    })
    .join('');
}
