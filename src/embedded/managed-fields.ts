/**
 * Who owns which field, kept as kube-apiserver keeps it: apimachinery pkg/util/managedfields (structuredmerge.go,
 * managedfieldsupdater.go, scalehandler.go) on structured-merge-diff merge/update.go. Checked against recordings of 1.36.
 */
import { changesBetween, differenceOf, type FieldChanges, type FieldSet, hasMember, unionOf } from './field-sets.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { KindInfo } from './kinds.ts';
import { formatSeconds, type KubeObject, type ManagedFieldsEntry } from './objects.ts';
import { schemaOfField } from './schema.ts';

/** Under which name a write is recorded. */
export interface FieldManager {
  readonly manager: string;
  /** 'status' for writes through /status; absent for the object itself. */
  readonly subresource?: 'status' | 'scale';
}

/** metadata that can be owned; the rest is the server's (managedfields/internal/stripmeta.go). */
const OWNED_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName'] as const;
const UNOWNED_ROOTS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Changes between two versions of one object. `before` is the kind's empty object at creation. */
export function objectChanges(before: JsonObject, after: JsonObject, info: KindInfo): FieldChanges {
  const taken: Record<string, JsonValue> = {};
  const removed: Record<string, JsonValue> = {};
  const note = (element: string, changes: FieldChanges, under?: string) => {
    if (changes.taken !== undefined) place(taken, element, changes.taken, under);
    if (changes.removed !== undefined) place(removed, element, changes.removed, under);
  };
  for (const key in after) {
    if (UNOWNED_ROOTS.has(key) || before[key] === after[key]) continue;
    note(`f:${key}`, changesBetween(before[key], after[key], schemaOfField(info.schema, key)));
  }
  for (const key in before) {
    if (UNOWNED_ROOTS.has(key) || after[key] !== undefined) continue;
    note(`f:${key}`, changesBetween(before[key], undefined, schemaOfField(info.schema, key)));
  }
  const left = (before['metadata'] ?? {}) as JsonObject;
  const right = (after['metadata'] ?? {}) as JsonObject;
  const metaSchema = schemaOfField(info.schema, 'metadata');
  for (const key of OWNED_METADATA) {
    if (left[key] === right[key]) continue;
    note(`f:${key}`, changesBetween(left[key], right[key], schemaOfField(metaSchema, key)), 'f:metadata');
  }
  return { taken: isEmpty(taken) ? undefined : taken, removed: isEmpty(removed) ? undefined : removed };
}

function place(into: Record<string, JsonValue>, element: string, set: FieldSet, under: string | undefined): void {
  if (under === undefined) into[element] = set;
  else into[under] = { ...((into[under] ?? {}) as JsonObject), [element]: set };
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** An entry without some of its fields; undefined when nothing is left of it. */
export function withoutFields(
  entry: ManagedFieldsEntry,
  ...gone: readonly (FieldSet | undefined)[]
): ManagedFieldsEntry | undefined {
  let fields: FieldSet | undefined = entry.fieldsV1;
  for (const set of gone) if (fields !== undefined) fields = differenceOf(fields, set);
  if (fields === entry.fieldsV1) return entry;
  return fields === undefined ? undefined : { ...entry, fieldsV1: fields };
}

/**
 * The entries after an Update-type write (POST, PUT, any PATCH but apply): the writer owns what it set or changed, all
 * others lose that and what was removed. A writer that sets the value that is already there gains nothing.
 */
export function recordUpdate(
  entries: readonly ManagedFieldsEntry[],
  changes: FieldChanges,
  apiVersion: string,
  by: FieldManager,
  now: number,
): readonly ManagedFieldsEntry[] {
  if (changes.taken === undefined && changes.removed === undefined) return entries;
  const result: ManagedFieldsEntry[] = [];
  let own: ManagedFieldsEntry | undefined;
  for (const entry of entries) {
    if (changes.taken !== undefined && isEntryOf(entry, 'Update', apiVersion, by)) {
      own = withoutFields(entry, changes.removed);
      continue;
    }
    const rest = withoutFields(entry, changes.taken, changes.removed);
    if (rest !== undefined) result.push(rest);
  }
  if (changes.taken !== undefined) {
    const fieldsV1 = unionOf(own?.fieldsV1, changes.taken) ?? changes.taken;
    result.push(newEntry('Update', apiVersion, by, formatSeconds(now), fieldsV1));
  }
  return sortEntries(result);
}

/** Entries are told apart by manager, operation, version (not for Apply) and subresource. */
export function isEntryOf(
  entry: ManagedFieldsEntry,
  operation: 'Apply' | 'Update',
  apiVersion: string,
  by: FieldManager,
): boolean {
  return (
    entry.manager === by.manager &&
    entry.operation === operation &&
    (entry.subresource ?? '') === (by.subresource ?? '') &&
    (operation === 'Apply' || entry.apiVersion === apiVersion)
  );
}

export function newEntry(
  operation: 'Apply' | 'Update',
  apiVersion: string,
  by: FieldManager,
  time: string | undefined,
  fieldsV1: FieldSet,
): ManagedFieldsEntry {
  const named = { manager: by.manager, operation, apiVersion };
  const timed = time === undefined ? named : { ...named, time };
  const entry = { ...timed, fieldsType: 'FieldsV1' as const, fieldsV1 };
  return by.subresource === undefined ? entry : { ...entry, subresource: by.subresource };
}

/** Order of the entries: Apply first, then by time (none is oldest), manager, version, subresource. */
export function sortEntries(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  return [...entries].sort(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      compareText(a.time ?? '', b.time ?? '') ||
      compareText(a.manager, b.manager) ||
      compareText(a.apiVersion, b.apiVersion) ||
      compareText(a.subresource ?? '', b.subresource ?? ''),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const REPLICAS: FieldSet = { 'f:spec': { 'f:replicas': {} } };
const REPLICAS_PATH = ['f:spec', 'f:replicas'];

/**
 * The entries after a write through /scale that changed the replicas. The new entry has no time (scalehandler.go takes
 * it from an entry of the same name, and there was none). A scale to 0 leaves no owner at all: Scale.spec.replicas is
 * omitted when it is 0, so for the server the field went away.
 */
export function recordScale(
  entries: readonly ManagedFieldsEntry[],
  replicas: number,
  apiVersion: string,
  manager: string,
): readonly ManagedFieldsEntry[] {
  const by: FieldManager = { manager, subresource: 'scale' };
  const result: ManagedFieldsEntry[] = [];
  let kept = false;
  for (const entry of entries) {
    if (replicas !== 0 && isEntryOf(entry, 'Update', apiVersion, by) && hasMember(entry.fieldsV1, REPLICAS_PATH)) {
      result.push(entry);
      kept = true;
      continue;
    }
    const rest = withoutFields(entry, REPLICAS);
    if (rest !== undefined) result.push(rest);
  }
  if (!kept && replicas !== 0) result.push(newEntry('Update', apiVersion, by, undefined, REPLICAS));
  return sortEntries(result);
}

/** The managers that own a path ('f:spec', 'f:replicas'), for actors that ask who wrote last. */
export function ownersOf(object: KubeObject, path: readonly string[]): readonly ManagedFieldsEntry[] {
  return (object.metadata.managedFields ?? []).filter((entry) => hasMember(entry.fieldsV1, path));
}
