/** Clusters made of raw Kubernetes objects, which go through the real projections into a real model. */
import { project } from '../../src/kubernetes/projections/project.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { ApplicationFact, Fact, Json } from '../../src/model/facts.ts';

export type RawObject = { [key: string]: Json };

/** A model that has seen the objects, in order. */
export function clusterOf(...objects: readonly RawObject[]): ClusterModel {
  const model = new ClusterModel();
  for (const object of objects) put(model, object);
  return model;
}

/** Adds or replaces one object of a model. */
export function put(model: ClusterModel, object: RawObject): void {
  model.apply({ type: 'upsert', at: 0, origin: 'watch', fact: factOf(object) });
}

export function factOf(object: RawObject): Fact {
  const apiVersion = String(object['apiVersion']);
  const fact = project(object, { apiVersion, resource: '', kind: String(object['kind']) });
  if (fact === null) throw new Error(`no fact is kept of ${String(object['kind'])}`);
  return fact;
}

export function applicationIn(model: ClusterModel, name: string, namespace = 'argocd'): ApplicationFact {
  const app = model.application(namespace, name);
  if (app === undefined) throw new Error(`no Application ${namespace}/${name} in the model`);
  return app;
}

export interface ApplicationInput {
  readonly name?: string;
  readonly namespace?: string;
  readonly ignoreDifferences?: Json;
  readonly comparedRules?: Json;
  readonly syncPolicy?: Json;
  readonly annotations?: { readonly [key: string]: string };
  readonly ownerReferences?: Json;
  readonly managedFields?: Json;
  readonly operationState?: Json;
  /** status.resources as 'group/Kind:namespace/name', with ' OutOfSync' after it where it is. */
  readonly resources?: readonly string[];
  readonly spec?: { readonly [key: string]: Json };
  readonly syncStatus?: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly revision?: string;
  readonly conditions?: Json;
}

/** An Application as the API server sends it. Lists that are not given are absent. */
export function rawApplication(input: ApplicationInput = {}): RawObject {
  const name = input.name ?? 'web';
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: input.namespace ?? 'argocd',
      uid: `uid-${input.namespace ?? 'argocd'}-${name}`,
      resourceVersion: '1000',
      generation: 7,
      ...(input.annotations === undefined ? {} : { annotations: { ...input.annotations } }),
      ...(input.ownerReferences === undefined ? {} : { ownerReferences: input.ownerReferences }),
      ...(input.managedFields === undefined ? {} : { managedFields: input.managedFields }),
    },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      source: { repoURL: 'https://git.example.com/shop.git', path: 'web', targetRevision: 'HEAD' },
      ...(input.ignoreDifferences === undefined ? {} : { ignoreDifferences: input.ignoreDifferences }),
      ...(input.syncPolicy === undefined ? {} : { syncPolicy: input.syncPolicy }),
      ...input.spec,
    },
    status: {
      controllerNamespace: 'argocd',
      resources: (input.resources ?? ['apps/Deployment:shop/web']).map(resourceOf),
      sync: {
        status: input.syncStatus ?? 'OutOfSync',
        revision: input.revision ?? 'abc',
        comparedTo: input.comparedRules === undefined ? {} : { ignoreDifferences: input.comparedRules },
      },
      ...(input.operationState === undefined ? {} : { operationState: input.operationState }),
      ...(input.conditions === undefined ? {} : { conditions: input.conditions }),
    },
  };
}

function resourceOf(text: string): Json {
  const match = /^([^/]*)\/([^:]+):([^/]*)\/(\S+)( OutOfSync)?$/.exec(text);
  if (match === null) throw new Error(`not a resource: ${text}`);
  const [, group, kind, namespace, name, outOfSync] = match;
  const status = outOfSync === undefined ? 'Synced' : 'OutOfSync';
  return { group: group ?? '', version: 'v1', kind: kind ?? '', namespace: namespace ?? '', name: name ?? '', status };
}

export interface WorkloadInput {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly replicas?: number;
  /** What last-applied declares of spec; absent: no last-applied annotation. */
  readonly lastAppliedSpec?: { readonly [key: string]: Json };
  readonly annotations?: { readonly [key: string]: string };
  readonly managedFields?: Json;
  readonly trackedBy?: string;
}

export function rawWorkload(input: WorkloadInput = {}): RawObject {
  const apiVersion = input.apiVersion ?? 'apps/v1';
  const kind = input.kind ?? 'Deployment';
  const name = input.name ?? 'web';
  const namespace = input.namespace ?? 'shop';
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const annotations: { [key: string]: Json } = {
    'argocd.argoproj.io/tracking-id': `${input.trackedBy ?? 'web'}:${group}/${kind}:${namespace}/${name}`,
    ...input.annotations,
  };
  if (input.lastAppliedSpec !== undefined) {
    annotations['kubectl.kubernetes.io/last-applied-configuration'] = JSON.stringify({
      apiVersion,
      kind,
      metadata: { name, namespace },
      spec: input.lastAppliedSpec,
    });
  }
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid: `uid-${kind}-${name}`,
      resourceVersion: '500',
      generation: 3,
      annotations,
      managedFields: input.managedFields ?? [],
    },
    spec: { replicas: input.replicas ?? 3, template: { spec: { containers: [{ name: 'app', image: 'app:1' }] } } },
    status: {},
  };
}

export function rawHpa(
  input: {
    name?: string;
    target?: string;
    kind?: string;
    apiVersion?: string;
    managers?: readonly string[];
    owner?: string;
  } = {},
): RawObject {
  const name = input.name ?? 'web';
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-hpa-${name}`,
      resourceVersion: '700',
      managedFields: (input.managers ?? ['kube-controller-manager']).map((manager) => ({
        manager,
        operation: 'Update',
        subresource: 'status',
        apiVersion: 'autoscaling/v2',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:status': { 'f:desiredReplicas': {} } },
      })),
      ...(input.owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: 'keda.sh/v1alpha1',
                kind: 'ScaledObject',
                name: input.owner,
                uid: 'uid-so',
                controller: true,
              },
            ],
          }),
    },
    spec: {
      minReplicas: 2,
      maxReplicas: 9,
      scaleTargetRef: {
        apiVersion: input.apiVersion ?? 'apps/v1',
        kind: input.kind ?? 'Deployment',
        name: input.target ?? 'web',
      },
    },
    status: { currentReplicas: 3, desiredReplicas: 6 },
  };
}

export interface ApplicationSetInput {
  readonly name?: string;
  readonly templateSpec?: { readonly [key: string]: Json };
  readonly spec?: { readonly [key: string]: Json };
  readonly annotations?: { readonly [key: string]: string };
}

/** An ApplicationSet whose template has the given spec. */
export function rawApplicationSet(input: ApplicationSetInput = {}): RawObject {
  const name = input.name ?? 'fleet';
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: {
      name,
      namespace: 'argocd',
      uid: `uid-${name}`,
      resourceVersion: '900',
      ...(input.annotations === undefined ? {} : { annotations: { ...input.annotations } }),
    },
    spec: {
      generators: [{ list: { elements: [{ region: 'eu' }] } }],
      template: { metadata: { name: 'web' }, spec: { project: 'default', ...input.templateSpec } },
      ...input.spec,
    },
  };
}

/** argocd-cm with the given data. */
export function rawSettings(data: { readonly [key: string]: string }): RawObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm', namespace: 'argocd', uid: 'uid-cm', resourceVersion: '1' },
    data: { ...data },
  };
}
