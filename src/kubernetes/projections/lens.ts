/** One whole object of any kind under the zoom lens: its leaves, their owners, and what last-applied declares of them. */
import type { FieldOwner, Json, LensFact } from '../../model/facts.ts';
import { declaredLeaves } from './declared-leaves.ts';
import { resolveOwnership } from './leaf-owners.ts';
import { leavesOf } from './leaves.ts';
import { ownersIn, readManagedFields } from './managed-fields.ts';
import { DEFAULT_SETTINGS, type ProjectionSettings, readLastApplied, readTracking } from './metadata.ts';
import { identify, type ListedUnder } from './project.ts';
import { asObject } from './read-json.ts';
import { redact } from './redact.ts';

const UNLISTED: ListedUnder = { apiVersion: '', resource: '' };

/**
 * null when it is no object or has no name. `listedUnder` names the kind where the object itself does not. Values of
 * Secrets and of env entries are digests before anything else looks at them.
 */
export function projectLens(
  raw: Json,
  settings: ProjectionSettings = DEFAULT_SETTINGS,
  listedUnder: ListedUnder = UNLISTED,
): LensFact | null {
  const object = asObject(raw);
  const base = object === undefined ? null : identify(object, listedUnder);
  if (object === undefined || base === null) return null;
  const safe = redact({ ...object, kind: base.ref.kind });
  const entries = readManagedFields(safe);
  const leaves = leavesOf(safe);
  const ownership = resolveOwnership(safe, entries);
  const { manifest } = readLastApplied(safe);
  return {
    fact: 'lens',
    ...base,
    tracking: readTracking(safe, base, entries, settings),
    leaves,
    owners: ownersOfLeaves(ownership.owners, leaves),
    declared: manifest === null ? null : declaredLeaves(manifest, safe, ownership),
    managers: ownersIn(entries),
  };
}

/** Owners of what is no leaf here (status, bookkeeping) are dropped. */
function ownersOfLeaves(
  owners: ReadonlyMap<string, readonly FieldOwner[]>,
  leaves: ReadonlyMap<string, Json>,
): ReadonlyMap<string, readonly FieldOwner[]> {
  return new Map([...owners].filter(([pointer]) => leaves.has(pointer)));
}
