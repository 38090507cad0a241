/** Deployment, StatefulSet, Rollout and anything else with spec.replicas. */
import type { DeclaredReplicas, FactBase, FieldOwner, WorkloadFact } from '../../model/facts.ts';
import { stableHash } from './digest.ts';
import { fieldPath, type ManagedFields, ownersIn, ownersOf, readManagedFields } from './managed-fields.ts';
import {
  annotationOf,
  controllerOf,
  ignoreOf,
  type ProjectionSettings,
  readLastApplied,
  readTracking,
} from './metadata.ts';
import { countAt, flagAt, type JsonObject, objectAt, pick, splitAtCommas, textAt, textOrNullAt } from './read-json.ts';

/** Names under which Argo CD writes: apply in both modes, and replace (named after the binary that runs). */
const ARGO_MANAGERS: ReadonlySet<string> = new Set(['argocd-controller', 'argocd-application-controller', 'argocd']);

/** What `kubectl rollout restart` writes. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

const OWN_REPLICAS = fieldPath('spec', 'replicas');

export function projectWorkload(raw: JsonObject, base: FactBase, settings: ProjectionSettings): WorkloadFact {
  const entries = readManagedFields(raw);
  const tracking = readTracking(raw, base, entries, settings);
  const replicas = countAt(raw, 'spec', 'replicas');
  const replicasOwners = ownersOf(entries, OWN_REPLICAS);
  const lastApplied = readLastApplied(raw);
  const lastAppliedReplicas = lastApplied.manifest === null ? null : countAt(lastApplied.manifest, 'spec', 'replicas');
  const isArgo = (owner: FieldOwner) => ARGO_MANAGERS.has(owner.manager) || tracking.managers.includes(owner.manager);
  return {
    fact: 'workload',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    tracking,
    replicas,
    replicasOwners,
    declared: lastApplied.present
      ? { value: lastAppliedReplicas, source: lastApplied.manifest === null ? 'unknown' : 'last-applied' }
      : declaredWithoutLastApplied(replicas, replicasOwners, entries, isArgo),
    lastAppliedReplicas,
    hasLastApplied: lastApplied.present,
    templateHash: stableHash(pick(raw, 'spec', 'template')),
    restartedAt: textOrNullAt(raw, 'spec', 'template', 'metadata', 'annotations', RESTARTED_AT),
    managers: ownersIn(entries),
    syncOptions: splitAtCommas(annotationOf(raw, 'argocd.argoproj.io/sync-options') ?? ''),
    status: {
      replicas: countAt(raw, 'status', 'replicas') ?? 0,
      ready: countAt(raw, 'status', 'readyReplicas') ?? 0,
      updated: countAt(raw, 'status', 'updatedReplicas') ?? 0,
    },
    paused: flagAt(raw, 'spec', 'paused'),
    workloadRef: readWorkloadRef(raw),
    controller: controllerOf(raw),
    ignore: ignoreOf(raw),
    deleting: textAt(raw, 'metadata', 'deletionTimestamp') !== '',
  };
}

/**
 * Without last-applied only ownership tells. While a scaler's write owns the field, Argo CD's entry has lost it (KEP-555:
 * an Update takes a changed field from every other manager), and this version alone does not say what Git declares.
 */
function declaredWithoutLastApplied(
  replicas: number | null,
  owners: readonly FieldOwner[],
  entries: readonly ManagedFields[],
  isArgo: (owner: FieldOwner) => boolean,
): DeclaredReplicas {
  const argo = owners.find(isArgo);
  if (argo !== undefined && argo.subresource === '') {
    return { value: replicas, source: argo.operation === 'Apply' ? 'server-side-apply' : 'argocd-update' };
  }
  // A server-side apply does not own what the server defaulted: 1 without an owner is a default that Git left open.
  // Zero without an owner proves nothing: a scale to zero through /scale leaves no owner either.
  const applied = entries.some(({ owner }) => owner.operation === 'Apply' && isArgo(owner));
  if (applied && owners.length === 0 && (replicas === 1 || replicas === null)) {
    return { value: null, source: 'server-side-apply' };
  }
  return { value: null, source: 'unknown' };
}

/** Rollout.spec.workloadRef (argo-rollouts pkg/apis/rollouts/v1alpha1/types.go, ObjectRef). */
function readWorkloadRef(raw: JsonObject): WorkloadFact['workloadRef'] {
  const ref = objectAt(raw, 'spec', 'workloadRef');
  if (ref === undefined) return null;
  return { kind: textAt(ref, 'kind'), name: textAt(ref, 'name'), scaleDown: textAt(ref, 'scaleDown') };
}
