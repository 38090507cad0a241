/**
 * metadata.managedFields: who owns what (KEP-555, server-side apply). A field set is a tree of 'f:<name>',
 * 'k:{<keys>}', 'v:<value>', 'i:<index>' and '.' (the node itself); a member with nothing below it is owned whole.
 */
import type { FieldOwner, Json } from '../../model/facts.ts';
import { type JsonObject, listAt, objectAt, pick, textAt, timeAt } from './read-json.ts';

/** One entry: the owner, and the fields it owns. */
export interface ManagedFields {
  readonly owner: FieldOwner;
  readonly fields: JsonObject;
}

/** Every readable entry. The entry of a /scale write has no time (seen on Kubernetes 1.36), so `time` may be null. */
export function readManagedFields(raw: JsonObject): readonly ManagedFields[] {
  const entries: ManagedFields[] = [];
  for (const entry of listAt(raw, 'metadata', 'managedFields')) {
    const manager = textAt(entry, 'manager');
    if (manager === '') continue;
    entries.push({
      owner: {
        manager,
        operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
        subresource: textAt(entry, 'subresource'),
        time: timeAt(entry, 'time'),
      },
      fields: objectAt(entry, 'fieldsV1') ?? {},
    });
  }
  return entries;
}

/** Owners of the field at a path of plain names, e.g. ['spec', 'replicas']; also of anything below it. */
export function ownersOf(entries: readonly ManagedFields[], ...path: readonly string[]): readonly FieldOwner[] {
  const keys = path.map((name) => `f:${name}`);
  return entries.filter((entry) => pick(entry.fields as Json, ...keys) !== undefined).map((entry) => entry.owner);
}

export function ownersIn(entries: readonly ManagedFields[]): readonly FieldOwner[] {
  return entries.map((entry) => entry.owner);
}
