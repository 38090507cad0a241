/** The kinds that are watched, as data: the reflector, the RBAC of the manifests and the recorder follow this table. */
import type { FactKind } from '../model/facts.ts';
import { groupOf } from '../model/refs.ts';

export interface WatchedResource {
  readonly apiVersion: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Without it nothing can be concluded: the daemon is not ready before it is listed. */
  readonly mandatory: boolean;
  /** Which fact it projects to. */
  readonly fact: FactKind;
  readonly fieldSelector?: string;
}

const ARGO = 'argoproj.io/v1alpha1';

/** Of the busiest kind only what tells of syncs and scales is asked for: these make most of it. */
export const KINDS_OF_LOUD_EVENTS: readonly string[] = ['Pod', 'ReplicaSet'];

export const WATCHED_RESOURCES: readonly WatchedResource[] = [
  // The settings come first: the label that marks an Application's objects is written in argocd-cm.
  {
    apiVersion: 'v1',
    resource: 'configmaps',
    kind: 'ConfigMap',
    namespaced: true,
    mandatory: false,
    fact: 'argosettings',
    fieldSelector: 'metadata.name=argocd-cm',
  },
  {
    apiVersion: 'v1',
    resource: 'configmaps',
    kind: 'ConfigMap',
    namespaced: true,
    mandatory: false,
    fact: 'argosettings',
    fieldSelector: 'metadata.name=argocd-cmd-params-cm',
  },
  builtIn('apps/v1', 'deployments', 'Deployment', 'workload'),
  builtIn('apps/v1', 'statefulsets', 'StatefulSet', 'workload'),
  builtIn('apps/v1', 'replicasets', 'ReplicaSet', 'replicaset'),
  builtIn('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'hpa'),
  optional(ARGO, 'applications', 'Application', 'application'),
  optional(ARGO, 'applicationsets', 'ApplicationSet', 'applicationset'),
  optional(ARGO, 'appprojects', 'AppProject', 'appproject'),
  optional(ARGO, 'rollouts', 'Rollout', 'workload'),
  optional('keda.sh/v1alpha1', 'scaledobjects', 'ScaledObject', 'scaledobject'),
  {
    ...optional('v1', 'events', 'Event', 'event'),
    fieldSelector: KINDS_OF_LOUD_EVENTS.map((kind) => `involvedObject.kind!=${kind}`).join(','),
  },
];

/** What is watched in a workload cluster: Argo CD's own objects and settings are in its own cluster. */
export const WORKLOAD_RESOURCES: readonly WatchedResource[] = WATCHED_RESOURCES.filter(
  ({ fact }) => !['argosettings', 'application', 'applicationset', 'appproject'].includes(fact),
);

function builtIn(apiVersion: string, resource: string, kind: string, fact: FactKind): WatchedResource {
  return { apiVersion, resource, kind, namespaced: true, mandatory: true, fact };
}

function optional(apiVersion: string, resource: string, kind: string, fact: FactKind): WatchedResource {
  return { apiVersion, resource, kind, namespaced: true, mandatory: false, fact };
}

/** The resource of a kind that is watched anyway; undefined where only the server knows it. */
export function resourceOfKind(apiVersion: string, kind: string): WatchedResource | undefined {
  return WATCHED_RESOURCES.find((watched) => watched.apiVersion === apiVersion && watched.kind === kind);
}

/** Kind of a watched resource by group and plural; '' when it is not in the table. */
export function kindOfResource(group: string, resource: string): string {
  for (const watched of WATCHED_RESOURCES) {
    if (watched.resource === resource && groupOf(watched.apiVersion) === group) return watched.kind;
  }
  return '';
}
