/** What the projections read of each kind. A test holds both against each other, over the recordings and at random. */

import { groupOf } from '../../model/refs.ts';
import { needsAttention } from '../projections/application.ts';
import { INSTALLATION_ID, LAST_APPLIED, TRACKING_ID } from '../projections/metadata.ts';
import { isKept, MAX_OTHERS } from '../projections/operation.ts';
import type { ListedUnder } from '../projections/project.ts';
import { list, object, PRESENCE, type Shape, text, WHOLE } from './shape.ts';

/** Of field sets only that a field is in them. Labels all: which one marks an Application is a setting. */
const FIELDS = object({
  'f:metadata': object({
    'f:annotations': object({ [`f:${TRACKING_ID}`]: PRESENCE, [`f:${LAST_APPLIED}`]: PRESENCE }),
    'f:labels': object({}, { others: PRESENCE }),
  }),
  'f:spec': object({
    'f:replicas': PRESENCE,
    'f:template': PRESENCE,
    'f:ignoreDifferences': PRESENCE,
    'f:syncPolicy': PRESENCE,
  }),
  'f:status': PRESENCE,
});

const MANAGED_FIELDS = list(
  object({ manager: WHOLE, operation: WHOLE, subresource: WHOLE, time: WHOLE, fieldsV1: FIELDS }),
);

/** What last-applied says of replicas, and whether it says anything of how an Application is synced. */
const DECLARED = text(
  object({
    spec: object({
      replicas: WHOLE,
      ignoreDifferences: PRESENCE,
      syncPolicy: object({ syncOptions: PRESENCE }),
    }),
  }),
);

const ANNOTATIONS = object({
  [LAST_APPLIED]: DECLARED,
  [TRACKING_ID]: WHOLE,
  [INSTALLATION_ID]: WHOLE,
  'tugwatch.dev/ignore': WHOLE,
  'argocd.argoproj.io/sync-options': WHOLE,
  'argocd.argoproj.io/compare-options': WHOLE,
  'argocd.argoproj.io/skip-reconcile': WHOLE,
  'autoscaling.keda.sh/paused': WHOLE,
  'autoscaling.keda.sh/paused-replicas': WHOLE,
});

const IDENTITY = {
  name: WHOLE,
  namespace: WHOLE,
  uid: WHOLE,
  resourceVersion: WHOLE,
  generation: WHOLE,
  creationTimestamp: WHOLE,
};

const OWNERS = list(object({ kind: WHOLE, name: WHOLE, uid: WHOLE, controller: WHOLE }));

const METADATA = object({
  ...IDENTITY,
  deletionTimestamp: WHOLE,
  annotations: ANNOTATIONS,
  labels: object({}, { others: WHOLE }),
  ownerReferences: OWNERS,
  managedFields: MANAGED_FIELDS,
});

const ROOT = { apiVersion: WHOLE, kind: WHOLE, metadata: METADATA };

/** Deployment, StatefulSet, Rollout and whatever else has spec.replicas. */
const WORKLOAD = object({
  ...ROOT,
  spec: object({
    replicas: WHOLE,
    paused: WHOLE,
    workloadRef: WHOLE,
    template: object(
      { metadata: object({ annotations: object({ 'kubectl.kubernetes.io/restartedAt': WHOLE }) }) },
      { digest: true },
    ),
  }),
  status: object({ replicas: WHOLE, readyReplicas: WHOLE, updatedReplicas: WHOLE }),
});

const REPLICA_SET = object({
  ...ROOT,
  metadata: object({
    ...IDENTITY,
    labels: object({ 'pod-template-hash': WHOLE, 'rollouts-pod-template-hash': WHOLE }),
    ownerReferences: OWNERS,
  }),
  spec: object({ replicas: WHOLE }),
});

const RESOURCE = object({
  group: WHOLE,
  kind: WHOLE,
  namespace: WHOLE,
  name: WHOLE,
  status: WHOLE,
  message: WHOLE,
  requiresPruning: WHOLE,
});

/** Of thousands of ConfigMaps in a list nothing is read: what the projection leaves out is not made in the first place. */
const RESOURCES = list(RESOURCE, {
  from: 0,
  seen: object({ kind: WHOLE, status: WHOLE, requiresPruning: WHOLE }),
  wanted: (item) => isKept(item) || needsAttention(item),
});
const OPERATION_RESOURCES = list(RESOURCE, { from: MAX_OTHERS, seen: object({ kind: WHOLE }), wanted: isKept });

const SOURCE = object({ repoURL: WHOLE, path: WHOLE, chart: WHOLE, targetRevision: WHOLE });

const APPLICATION = object({
  ...ROOT,
  spec: object({
    project: WHOLE,
    destination: WHOLE,
    source: SOURCE,
    sources: list(SOURCE),
    sourceHydrator: object({ drySource: SOURCE }),
    syncPolicy: WHOLE,
    ignoreDifferences: WHOLE,
  }),
  status: object({
    sync: object({
      status: WHOLE,
      revision: WHOLE,
      revisions: WHOLE,
      comparedTo: object({ ignoreDifferences: WHOLE }),
    }),
    operationState: object({
      phase: WHOLE,
      startedAt: WHOLE,
      finishedAt: WHOLE,
      message: WHOLE,
      operation: object({
        initiatedBy: WHOLE,
        sync: object({
          autoHealAttemptsCount: WHOLE,
          revision: WHOLE,
          revisions: WHOLE,
          syncOptions: WHOLE,
          resources: OPERATION_RESOURCES,
        }),
      }),
      syncResult: object({ revision: WHOLE, revisions: WHOLE, resources: OPERATION_RESOURCES }),
    }),
    history: list(object({ deployedAt: WHOLE, revision: WHOLE, revisions: WHOLE })),
    conditions: WHOLE,
    resources: RESOURCES,
    controllerNamespace: WHOLE,
    reconciledAt: WHOLE,
  }),
});

const HPA = object({
  ...ROOT,
  spec: object({
    scaleTargetRef: WHOLE,
    minReplicas: WHOLE,
    maxReplicas: WHOLE,
    behavior: object({
      scaleUp: object({ stabilizationWindowSeconds: WHOLE }),
      scaleDown: object({ stabilizationWindowSeconds: WHOLE }),
    }),
  }),
  status: object({ desiredReplicas: WHOLE, currentReplicas: WHOLE, lastScaleTime: WHOLE, conditions: WHOLE }),
});

const REGARDING = object({ apiVersion: WHOLE, kind: WHOLE, namespace: WHOLE, name: WHOLE });
const SOURCE_OF_EVENT = object({ component: WHOLE });

/** v1 and events.k8s.io/v1: most members have two names. */
const EVENT = object({
  apiVersion: WHOLE,
  kind: WHOLE,
  metadata: object(IDENTITY),
  involvedObject: REGARDING,
  regarding: REGARDING,
  reason: WHOLE,
  source: SOURCE_OF_EVENT,
  deprecatedSource: SOURCE_OF_EVENT,
  reportingComponent: WHOLE,
  reportingController: WHOLE,
  series: object({ count: WHOLE, lastObservedTime: WHOLE }),
  count: WHOLE,
  deprecatedCount: WHOLE,
  lastTimestamp: WHOLE,
  deprecatedLastTimestamp: WHOLE,
  eventTime: WHOLE,
  message: WHOLE,
  note: WHOLE,
});

/** By group and plural. What is not here is kept whole. */
const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['apps/deployments', WORKLOAD],
  ['apps/statefulsets', WORKLOAD],
  ['argoproj.io/rollouts', WORKLOAD],
  ['apps/replicasets', REPLICA_SET],
  ['autoscaling/horizontalpodautoscalers', HPA],
  ['argoproj.io/applications', APPLICATION],
  ['/events', EVENT],
  ['events.k8s.io/events', EVENT],
]);

/** undefined: the objects of this resource are kept whole. */
export function shapeOf({ apiVersion, resource }: Pick<ListedUnder, 'apiVersion' | 'resource'>): Shape | undefined {
  return SHAPES.get(`${groupOf(apiVersion)}/${resource}`);
}
