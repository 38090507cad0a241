/** KEDA ScaledObject, keda.sh/v1alpha1 (defaults from apis/keda/v1alpha1/scaledobject_types.go). */
import type { FactBase, ScaledObjectFact } from '../../model/facts.ts';
import { readManagedFields } from './managed-fields.ts';
import { annotationOf, ignoreOf, type ProjectionSettings, readTracking } from './metadata.ts';
import { countAt, type JsonObject, textAt, textOrNullAt } from './read-json.ts';

const DEFAULT_MAX = 100;

export function projectScaledObject(raw: JsonObject, base: FactBase, settings: ProjectionSettings): ScaledObjectFact {
  return {
    fact: 'scaledobject',
    ref: base.ref,
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    tracking: readTracking(raw, base, readManagedFields(raw), settings),
    target: {
      apiVersion: textAt(raw, 'spec', 'scaleTargetRef', 'apiVersion'),
      kind: textAt(raw, 'spec', 'scaleTargetRef', 'kind') || 'Deployment',
      name: textAt(raw, 'spec', 'scaleTargetRef', 'name'),
    },
    min: countAt(raw, 'spec', 'minReplicaCount') ?? 0,
    max: countAt(raw, 'spec', 'maxReplicaCount') ?? DEFAULT_MAX,
    idle: countAt(raw, 'spec', 'idleReplicaCount'),
    hpaName:
      textOrNullAt(raw, 'status', 'hpaName') ??
      textOrNullAt(raw, 'spec', 'advanced', 'horizontalPodAutoscalerConfig', 'name'),
    paused: isPaused(raw),
    ignore: ignoreOf(raw),
  };
}

function isPaused(raw: JsonObject): boolean {
  const paused = annotationOf(raw, 'autoscaling.keda.sh/paused');
  if (paused !== null && paused !== 'false') return true;
  return annotationOf(raw, 'autoscaling.keda.sh/paused-replicas') !== null;
}
