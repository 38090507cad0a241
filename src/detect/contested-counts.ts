/** The counts of one conflict, as metrics export them. */
import type { ClusterModel } from '../model/cluster-model.ts';
import type { Millis } from '../model/facts.ts';
import type { ContestedCounts, ReplicasNow } from '../model/observations.ts';
import type { ConflictState } from '../model/verdicts.ts';
import { contenderOf, secondsShort } from './conflict-view.ts';
import { wantedReplicas } from './impact.ts';
import { type ConflictRecord, mainField } from './record.ts';

const REPLICAS_FIELD = '/spec/replicas';

/** Straight from the record: a scrape needs no sentence, no evidence and no rules. A candidate must not be asked for. */
export function countsOf(record: ConflictRecord, now: Millis, model: ClusterModel): ContestedCounts {
  const field = mainField(record);
  const replicas = field === REPLICAS_FIELD ? replicasOf(record, model) : null;
  return {
    conflictId: record.id,
    workload: record.ref,
    application: record.application,
    field,
    state: record.state as ConflictState,
    reversals: record.reversals,
    replicaSecondsShort: secondsShort(record, now),
    podsUp: record.impact.podsCreated,
    podsDown: record.impact.podsDeleted,
    // A copy: the record goes on counting, and whoever compares two readings must not see them become one.
    writes: { ...record.writes },
    ...(replicas === null ? {} : { replicas }),
  };
}

/** As they are now, also when the conflict is over and its impact is not measured any more. */
function replicasOf(record: ConflictRecord, model: ClusterModel): ReplicasNow | null {
  const workload = model.workload(record.ref);
  if (workload === undefined) return null;
  const scaler = record.contenders
    .map((contender) => contenderOf(contender, record, model))
    .find(({ kind }) => kind === 'hpa' || kind === 'keda');
  const written = scaler?.values.at(-1);
  return {
    spec: workload.replicas,
    wanted: wantedReplicas(workload, model, typeof written === 'number' ? written : null),
    declared: workload.declared.value,
  };
}
