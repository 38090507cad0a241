/**
 * What Git says of spec.replicas is not visible in every version of an object: under server-side apply the HPA's write
 * takes the field out of Argo CD's entry. So the last declaration seen is carried over until Argo CD applies again.
 */
import type { DeclaredReplicas, FieldOwner, WorkloadFact } from './facts.ts';

/** The newer version, with the declaration it cannot show taken from the version before where that still holds. */
export function carryDeclared(previous: WorkloadFact | undefined, next: WorkloadFact): WorkloadFact {
  if (previous === undefined || next.declared.source !== 'unknown' || previous.declared.source === 'unknown')
    return next;
  if (previous.uid !== next.uid) return next;
  return { ...next, declared: declaredAfter(previous, next) };
}

function declaredAfter(previous: WorkloadFact, next: WorkloadFact): DeclaredReplicas {
  const before = lastApplyTime(previous);
  const after = lastApplyTime(next);
  // A forced apply that leaves the field to its other owner no longer declares it: another writer's change of the
  // field removes it from Argo CD's entry without touching that entry's time.
  if (previous.declared.source === 'server-side-apply' && after !== null && before !== null && after > before) {
    return { value: null, source: 'server-side-apply' };
  }
  return previous.declared;
}

function lastApplyTime(fact: WorkloadFact): number | null {
  let latest: number | null = null;
  for (const entry of fact.managers) {
    if (!isApplyOfTracker(entry, fact)) continue;
    if (entry.time !== null && (latest === null || entry.time > latest)) latest = entry.time;
  }
  return latest;
}

function isApplyOfTracker(entry: FieldOwner, fact: WorkloadFact): boolean {
  return entry.operation === 'Apply' && fact.tracking.managers.includes(entry.manager);
}
