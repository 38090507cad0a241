/** Manifests that scenarios and tests start from: a workload, its scalers, the Application that deploys it. */
import type { JsonObject, JsonValue } from './json.ts';
import type { KubeObject } from './objects.ts';

export const IN_CLUSTER = 'https://kubernetes.default.svc';

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'Rollout';

export function apiVersionOf(kind: WorkloadKind): string {
  return kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1';
}

export interface WorkloadBlueprint {
  readonly name: string;
  readonly kind?: WorkloadKind;
  /** undefined: not declared. */
  readonly replicas?: number;
  readonly image?: string;
  readonly env?: { readonly [name: string]: string };
  readonly annotations?: { readonly [name: string]: string };
  readonly labels?: { readonly [name: string]: string };
}

/** A workload as it stands in Git: no namespace, no defaults. Every pod requests 100m CPU. */
export function workload(blueprint: WorkloadBlueprint): KubeObject {
  const { name, kind = 'Deployment' } = blueprint;
  const labels = { app: name };
  const env = Object.entries(blueprint.env ?? { LOG_LEVEL: 'info' }).map(([key, value]) => ({ name: key, value }));
  const container: JsonObject = {
    name: 'app',
    image: blueprint.image ?? `registry.example/${name}:1.4.2`,
    env,
    resources: { limits: { cpu: '400m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
  };
  const spec: Record<string, JsonValue> = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  };
  if (blueprint.replicas !== undefined) spec['replicas'] = blueprint.replicas;
  if (kind === 'StatefulSet') spec['serviceName'] = name;
  if (kind === 'Rollout') spec['strategy'] = { canary: { maxSurge: '25%', maxUnavailable: 0 } };
  const annotations = blueprint.annotations === undefined ? {} : { annotations: blueprint.annotations };
  const metadata = { name, labels: { ...labels, ...blueprint.labels }, ...annotations };
  return { apiVersion: apiVersionOf(kind), kind, metadata, spec };
}

export interface HpaBlueprint {
  readonly name: string;
  readonly target: { readonly kind: WorkloadKind; readonly name: string };
  readonly min: number;
  readonly max: number;
  /** Percent of the CPU request a pod should use; 60 when absent. */
  readonly utilization?: number;
  readonly behavior?: JsonObject;
}

export function hpa(blueprint: HpaBlueprint): KubeObject {
  const { kind, name } = blueprint.target;
  const target = { type: 'Utilization', averageUtilization: blueprint.utilization ?? 60 };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: blueprint.name },
    spec: {
      scaleTargetRef: { apiVersion: apiVersionOf(kind), kind, name },
      minReplicas: blueprint.min,
      maxReplicas: blueprint.max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      ...(blueprint.behavior === undefined ? {} : { behavior: blueprint.behavior }),
    },
  };
}

export interface ScaledObjectBlueprint {
  readonly name: string;
  readonly namespace: string;
  readonly target: { readonly kind: WorkloadKind; readonly name: string };
  readonly max: number;
  readonly pollingSeconds?: number;
  readonly cooldownSeconds?: number;
  /** Items of work a pod should have. */
  readonly itemsPerPod?: number;
}

export function scaledObject(blueprint: ScaledObjectBlueprint): KubeObject {
  const { kind, name } = blueprint.target;
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: blueprint.name, namespace: blueprint.namespace },
    spec: {
      scaleTargetRef: { apiVersion: apiVersionOf(kind), kind, name },
      minReplicaCount: 0,
      maxReplicaCount: blueprint.max,
      pollingInterval: blueprint.pollingSeconds ?? 30,
      cooldownPeriod: blueprint.cooldownSeconds ?? 60,
      triggers: [{ type: 'queue', metadata: { value: String(blueprint.itemsPerPod ?? 10) } }],
    },
  };
}

export interface ApplicationBlueprint {
  readonly name: string;
  readonly namespace?: string;
  readonly repoURL: string;
  /** Defaults to the name. */
  readonly path?: string;
  /** How the source is named: `source`, `sources` with a second one that deploys nothing, or `sourceHydrator`. */
  readonly sourcing?: 'single' | 'multiple' | 'hydrated';
  readonly destination: string;
  readonly project?: string;
  /** Defaults to { prune: true, selfHeal: true }; null: manual syncs only. */
  readonly automated?: JsonObject | null;
  readonly syncOptions?: readonly string[];
  readonly ignoreDifferences?: readonly JsonObject[];
}

export function application(blueprint: ApplicationBlueprint): KubeObject {
  const automated = blueprint.automated === undefined ? { prune: true, selfHeal: true } : blueprint.automated;
  const policy: Record<string, JsonValue> = automated === null ? {} : { automated };
  if (blueprint.syncOptions !== undefined) policy['syncOptions'] = blueprint.syncOptions;
  const spec: Record<string, JsonValue> = {
    destination: { namespace: blueprint.destination, server: IN_CLUSTER },
    project: blueprint.project ?? 'default',
    ...sourcesOf(blueprint),
    syncPolicy: policy,
  };
  if (blueprint.ignoreDifferences !== undefined) spec['ignoreDifferences'] = blueprint.ignoreDifferences;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: blueprint.name, namespace: blueprint.namespace ?? 'argocd' },
    spec,
  };
}

function sourcesOf(blueprint: ApplicationBlueprint): JsonObject {
  const { repoURL, path = blueprint.name } = blueprint;
  const source = { path, repoURL, targetRevision: 'HEAD' };
  switch (blueprint.sourcing ?? 'single') {
    case 'single':
      return { source };
    case 'multiple':
      return { sources: [source, { path: 'values', repoURL, ref: 'values', targetRevision: 'HEAD' }] };
    case 'hydrated':
      return {
        sourceHydrator: {
          drySource: { path, repoURL, targetRevision: 'HEAD' },
          syncSource: { path, targetBranch: `env/${blueprint.name}` },
        },
      };
  }
}

/** The rule that ends a replicas fight, together with RespectIgnoreDifferences=true. */
export function replicasRule(kind: WorkloadKind): JsonObject {
  return { group: kind === 'Rollout' ? 'argoproj.io' : 'apps', kind, jsonPointers: ['/spec/replicas'] };
}

export function configMap(name: string, data: { readonly [key: string]: string }, namespace?: string): KubeObject {
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

/** AppProject 'default' that allows everything; `syncWindows` as in its spec. */
export function appProject(name: string, syncWindows?: readonly JsonObject[]): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace: 'argocd' },
    spec: {
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      destinations: [{ namespace: '*', server: '*' }],
      sourceRepos: ['*'],
      ...(syncWindows === undefined ? {} : { syncWindows }),
    },
  };
}
