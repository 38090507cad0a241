/** The counts of one conflict, as metrics export them. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { ContestedCounts, ReplicasNow } from '../model/observations.ts';
import type { Conflict } from '../model/verdicts.ts';
import { wantedReplicas } from './impact.ts';
import type { ConflictRecord } from './record.ts';

const REPLICAS_FIELD = '/spec/replicas';

export function countsOf(conflict: Conflict, record: ConflictRecord | undefined, model: ClusterModel): ContestedCounts {
  const replicas = conflict.field === REPLICAS_FIELD ? replicasOf(conflict, model) : null;
  return {
    conflictId: conflict.id,
    workload: conflict.workload,
    application: conflict.application,
    field: conflict.field,
    state: conflict.state,
    reversals: conflict.reversals,
    replicaSecondsShort: conflict.impact.replicaSecondsShort,
    podsUp: conflict.impact.podsCreated,
    podsDown: conflict.impact.podsDeleted,
    // A copy: the record goes on counting, and whoever compares two readings must not see them become one.
    writes: { ...record?.writes },
    ...(replicas === null ? {} : { replicas }),
  };
}

/** As they are now, also when the conflict is over and its impact is not measured any more. */
function replicasOf(conflict: Conflict, model: ClusterModel): ReplicasNow | null {
  const workload = model.workload(conflict.workload);
  if (workload === undefined) return null;
  const scaler = conflict.contenders.find(({ kind }) => kind === 'hpa' || kind === 'keda');
  const written = scaler?.values.at(-1);
  return {
    spec: workload.replicas,
    wanted: wantedReplicas(workload, model, typeof written === 'number' ? written : null),
    declared: workload.declared.value,
  };
}
