/**
 * metadata.managedFields: who owns what (KEP-555, server-side apply). A field set is a tree of 'f:<name>',
 * 'k:{<keys>}', 'v:<value>', 'i:<index>' and '.' (the node itself); a member with nothing below it is owned whole.
 */
import type { FieldOwner, Json } from '../../model/facts.ts';
import { madeOnce } from '../../model/made-once.ts';
import { asObject, type JsonObject, listAt, objectAt, pick, textAt, timeAt } from './read-json.ts';

/** One entry: the owner, and the fields it owns. */
export interface ManagedFields {
  readonly owner: FieldOwner;
  readonly fields: JsonObject;
}

/** Every readable entry. The entry of a /scale write has no time (seen on Kubernetes 1.36), so `time` may be null. */
export function readManagedFields(raw: JsonObject): readonly ManagedFields[] {
  return readEntries(listAt(raw, 'metadata', 'managedFields'));
}

const readEntries = madeOnce((list: readonly Json[]): readonly ManagedFields[] => {
  const entries: ManagedFields[] = [];
  for (const item of list) {
    const entry = asObject(item);
    const read = entry === undefined ? null : readEntry(entry);
    if (read !== null) entries.push(read);
  }
  return entries;
});

const readEntry = madeOnce((entry: JsonObject): ManagedFields | null => {
  const manager = textAt(entry, 'manager');
  if (manager === '') return null;
  return {
    owner: {
      manager,
      operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
      subresource: textAt(entry, 'subresource'),
      time: timeAt(entry, 'time'),
    },
    fields: objectAt(entry, 'fieldsV1') ?? {},
  };
});

/** A path of plain names, as field sets spell it: fieldPath('spec', 'replicas'). */
export function fieldPath(...names: readonly string[]): readonly string[] {
  return names.map((name) => `f:${name}`);
}

/** Owners of the field at a path, also of anything below it. */
export function ownersOf(entries: readonly ManagedFields[], path: readonly string[]): readonly FieldOwner[] {
  const owners: FieldOwner[] = [];
  for (const entry of entries) if (pick(entry.fields, ...path) !== undefined) owners.push(entry.owner);
  return owners;
}

export function ownersIn(entries: readonly ManagedFields[]): readonly FieldOwner[] {
  return entries.map((entry) => entry.owner);
}
