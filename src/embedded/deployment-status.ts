/** The status of a Deployment (kubernetes pkg/controller/deployment/sync.go, progress.go). Pure. */
import { type JsonObject, listAt, numberAt, sameJson } from './json.ts';
import { formatSeconds, type KubeObject } from './objects.ts';
import { rollingBudget } from './rolling-update.ts';

/** The status as it should be; the very same object when nothing is to be written. */
export function deploymentStatus(
  deployment: KubeObject,
  current: KubeObject,
  sets: readonly KubeObject[],
  created: boolean,
  now: number,
): JsonObject {
  const spec = deployment.spec ?? {};
  const wanted = numberAt(1, spec, 'replicas');
  const sum = (field: string) => sets.reduce((total, set) => total + numberAt(0, set.status, field), 0);
  const told = sets.reduce((total, set) => total + numberAt(0, set.spec, 'replicas'), 0);
  const replicas = sum('replicas');
  const updated = numberAt(0, current.status, 'replicas');
  const ready = sum('readyReplicas');
  const available = sum('availableReplicas');
  const unavailable = Math.max(0, told - available);
  const previous = deployment.status ?? {};
  const at = formatSeconds(now);
  let conditions = listAt(previous, 'conditions') as readonly JsonObject[];
  if (created) {
    const message = `Created new replica set "${current.metadata.name}"`;
    conditions = setCondition(conditions, condition('Progressing', 'True', 'NewReplicaSetCreated', message, at));
  } else {
    const complete = updated === wanted && replicas === wanted && available === wanted;
    conditions = progress(conditions, current.metadata.name, complete, previous, { updated, ready, available }, at);
  }
  const enough = available >= wanted - rollingBudget(spec, wanted).unavailable;
  conditions = setCondition(
    conditions,
    enough
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', at)
      : condition(
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          at,
        ),
  );
  const status: JsonObject = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...present('replicas', replicas),
    ...present('updatedReplicas', updated),
    ...present('readyReplicas', ready),
    ...present('availableReplicas', available),
    ...present('unavailableReplicas', unavailable),
    terminatingReplicas: 0,
    conditions,
  };
  return sameJson(status, previous) ? previous : status;
}

function progress(
  conditions: readonly JsonObject[],
  set: string,
  complete: boolean,
  previous: JsonObject,
  counts: { readonly updated: number; readonly ready: number; readonly available: number },
  at: string,
): readonly JsonObject[] {
  const name = `ReplicaSet "${set}"`;
  const current = conditions.find((known) => known['type'] === 'Progressing');
  if (complete) {
    const message = `${name} has successfully progressed.`;
    return setCondition(conditions, condition('Progressing', 'True', 'NewReplicaSetAvailable', message, at));
  }
  // A Deployment that is complete and is only scaled stays NewReplicaSetAvailable.
  const sameSet = String(current?.['message'] ?? '').startsWith(name);
  if (current?.['reason'] === 'NewReplicaSetAvailable' && sameSet) return conditions;
  const progressed =
    counts.updated > numberAt(0, previous, 'updatedReplicas') ||
    counts.ready > numberAt(0, previous, 'readyReplicas') ||
    counts.available > numberAt(0, previous, 'availableReplicas');
  if (!progressed) return conditions;
  const changed = condition('Progressing', 'True', 'ReplicaSetUpdated', `${name} is progressing.`, at);
  const kept =
    current === undefined ? changed : { ...changed, lastTransitionTime: current['lastTransitionTime'] ?? at };
  return [...conditions.filter((known) => known !== current), kept];
}

function condition(type: string, status: string, reason: string, message: string, at: string): JsonObject {
  return { type, status, lastUpdateTime: at, lastTransitionTime: at, reason, message };
}

/** Counts of 0 are left out, as `omitempty` does. */
function present(field: string, count: number): JsonObject {
  return count === 0 ? {} : { [field]: count };
}

/** A condition of a workload's status; its place is the end of the list when it changed, as the controllers do it. */
function setCondition(conditions: readonly JsonObject[], condition: JsonObject): readonly JsonObject[] {
  const current = conditions.find((known) => known['type'] === condition['type']);
  if (current !== undefined && current['status'] === condition['status'] && current['reason'] === condition['reason']) {
    return conditions;
  }
  const kept = current !== undefined && current['status'] === condition['status'];
  const next = kept ? { ...condition, lastTransitionTime: current['lastTransitionTime'] ?? null } : condition;
  return [...conditions.filter((known) => known !== current), next];
}
