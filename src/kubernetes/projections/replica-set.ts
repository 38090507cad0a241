/** ReplicaSet: how many pods a workload told it to run, and for which template. */
import type { FactBase, ReplicaSetFact } from '../../model/facts.ts';
import { controllerOf, labelOf } from './metadata.ts';
import { countAt, type JsonObject } from './read-json.ts';

export function projectReplicaSet(raw: JsonObject, base: FactBase): ReplicaSetFact {
  const controller = controllerOf(raw);
  return {
    fact: 'replicaset',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    controllerUid: controller?.uid ?? null,
    controllerKind: controller?.kind ?? null,
    controllerName: controller?.name ?? null,
    replicas: countAt(raw, 'spec', 'replicas') ?? 0,
    templateHash: labelOf(raw, 'pod-template-hash') ?? labelOf(raw, 'rollouts-pod-template-hash') ?? '',
  };
}
