/** HorizontalPodAutoscaler, autoscaling/v2; v1 reads the same as far as it has the fields. */
import type { Condition, FactBase, HpaFact } from '../../model/facts.ts';
import { readConditions } from './conditions.ts';
import { type ManagedFields, readManagedFields } from './managed-fields.ts';
import { ignoreOf, labelOf, ownerNamed, type ProjectionSettings, readTracking } from './metadata.ts';
import { countAt, type JsonObject, pick, textAt, timeAt } from './read-json.ts';

export function projectHpa(raw: JsonObject, base: FactBase, settings: ProjectionSettings): HpaFact {
  const entries = readManagedFields(raw);
  const conditions = readConditions(raw, 'status', 'conditions');
  return {
    fact: 'hpa',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    tracking: readTracking(raw, base, entries, settings),
    target: {
      apiVersion: textAt(raw, 'spec', 'scaleTargetRef', 'apiVersion'),
      kind: textAt(raw, 'spec', 'scaleTargetRef', 'kind'),
      name: textAt(raw, 'spec', 'scaleTargetRef', 'name'),
    },
    min: countAt(raw, 'spec', 'minReplicas') ?? 1,
    max: countAt(raw, 'spec', 'maxReplicas') ?? 0,
    desired: readDesired(raw, conditions),
    // The server leaves out a current of 0; before the first look there is neither.
    current: countAt(raw, 'status', 'currentReplicas') ?? (conditions.length > 0 ? 0 : null),
    lastScaleTime: timeAt(raw, 'status', 'lastScaleTime'),
    conditions,
    scaledObject: ownerNamed(raw, 'ScaledObject') ?? labelOf(raw, 'scaledobject.keda.sh/name'),
    statusManagers: statusManagers(entries),
    stabilization: {
      up: countAt(raw, 'spec', 'behavior', 'scaleUp', 'stabilizationWindowSeconds'),
      down: countAt(raw, 'spec', 'behavior', 'scaleDown', 'stabilizationWindowSeconds'),
    },
    ignore: ignoreOf(raw),
  };
}

/**
 * status.desiredReplicas is 0 both before the controller could compute anything (no condition yet, or no metrics) and
 * when 0 is meant: scaling switched off by a target of 0 replicas, or an active HPA that scales to zero.
 */
function readDesired(raw: JsonObject, conditions: readonly Condition[]): number | null {
  const desired = countAt(raw, 'status', 'desiredReplicas');
  if (desired === null || desired > 0) return desired;
  const active = conditions.find((condition) => condition.type === 'ScalingActive');
  return active?.status === 'True' || active?.reason === 'ScalingDisabled' ? desired : null;
}

/** The controller that writes an HPA's status is the one that scales under the same name. */
function statusManagers(entries: readonly ManagedFields[]): readonly string[] {
  const writers = entries.filter(
    (entry) => entry.owner.subresource === 'status' || pick(entry.fields, 'f:status') !== undefined,
  );
  return [...new Set(writers.map((entry) => entry.owner.manager))];
}
