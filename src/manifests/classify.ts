/** What an object of the input is to the audit. */
import { asObject, type JsonObject, listAt, objectAt, pick, textAt } from '../kubernetes/projections/read-json.ts';
import { groupOf } from '../model/refs.ts';

export type Role =
  | 'application'
  | 'application-set'
  | 'kustomization'
  /** argocd-cm and AppProjects: they speak for every Application. */
  | 'settings'
  | 'workload'
  | 'scaler'
  | 'other';

export function roleOf(raw: JsonObject): Role {
  const group = groupOf(textAt(raw, 'apiVersion'));
  const kind = textAt(raw, 'kind');
  if (group === 'kustomize.config.k8s.io') return 'kustomization';
  if (textAt(raw, 'metadata', 'name') === '' && kind !== 'ApplicationSet') return 'other';
  switch (`${group}/${kind}`) {
    case 'argoproj.io/Application':
      return 'application';
    case 'argoproj.io/ApplicationSet':
      return 'application-set';
    case 'argoproj.io/AppProject':
      return 'settings';
    case '/ConfigMap':
      return textAt(raw, 'metadata', 'name') === 'argocd-cm' ? 'settings' : 'other';
    case 'autoscaling/HorizontalPodAutoscaler':
    case 'keda.sh/ScaledObject':
      return 'scaler';
    case 'apps/Deployment':
    case 'apps/StatefulSet':
    case 'argoproj.io/Rollout':
      return 'workload';
    default:
      return 'other';
  }
}

/** An object that came out of an API server, and not out of Git. */
export function isLive(raw: JsonObject): boolean {
  return textAt(raw, 'metadata', 'uid') !== '' || textAt(raw, 'metadata', 'resourceVersion') !== '';
}

/** Whether all is there that the API server requires of the object: a patch leaves out what it does not change. */
export function isWhole(raw: JsonObject): boolean {
  switch (roleOf(raw)) {
    case 'application':
      return hasSource(raw);
    case 'application-set':
      return objectAt(raw, 'spec', 'template') !== undefined;
    case 'scaler':
      return textAt(raw, 'spec', 'scaleTargetRef', 'name') !== '';
    case 'workload':
      return objectAt(raw, 'spec', 'workloadRef') !== undefined || hasTemplate(raw);
    default:
      return true;
  }
}

function hasTemplate(raw: JsonObject): boolean {
  return objectAt(raw, 'spec', 'selector') !== undefined && objectAt(raw, 'spec', 'template') !== undefined;
}

function hasSource(raw: JsonObject): boolean {
  const spec = asObject(pick(raw, 'spec'));
  if (spec === undefined || objectAt(spec, 'destination') === undefined) return false;
  return (
    objectAt(spec, 'source') !== undefined ||
    listAt(spec, 'sources').length > 0 ||
    objectAt(spec, 'sourceHydrator') !== undefined
  );
}
