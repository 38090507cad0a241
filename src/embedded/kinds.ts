/** The kinds the embedded cluster serves, and what the server does with each. */
import {
  defaultDaemonSet,
  defaultDeployment,
  defaultHorizontalPodAutoscaler,
  defaultPod,
  defaultReplicaSet,
  defaultService,
  defaultStatefulSet,
  keepAsIs,
} from './defaults.ts';
import type { JsonObject } from './json.ts';
import type { KubeObject } from './objects.ts';
import {
  EVENT_SCHEMA,
  type FieldSchema,
  HPA_SCHEMA,
  PLAIN_SCHEMA,
  POD_SCHEMA,
  ROLLOUT_SCHEMA,
  SERVICE_SCHEMA,
  WEBHOOKS_SCHEMA,
  WORKLOAD_SCHEMA,
} from './schema.ts';

/**
 * What moves metadata.generation: 'spec', 'spec-and-annotations' (Deployments: registry/apps/deployment/strategy.go),
 * 'all-but-metadata' (custom resources without a status subresource, such as Applications), or nothing.
 */
export type GenerationRule = 'spec' | 'spec-and-annotations' | 'all-but-metadata' | 'none';

export interface KindInfo {
  readonly group: string;
  readonly version: string;
  /** 'apps/v1', 'v1'. */
  readonly apiVersion: string;
  readonly kind: string;
  /** 'deployments'. */
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  readonly hasScale: boolean;
  readonly schema: FieldSchema;
  /** An object of a built-in kind before anything is set: nodes in it are owned by nobody. Custom resources: {}. */
  readonly empty: JsonObject;
  readonly generation: GenerationRule;
  readonly applyDefaults: (object: KubeObject) => KubeObject;
  /** Custom resources take no strategic merge patch. */
  readonly custom: boolean;
}

type Details = Partial<Omit<KindInfo, 'group' | 'version' | 'apiVersion' | 'kind' | 'plural'>>;

function kind(apiVersion: string, name: string, plural: string, details: Details = {}): KindInfo {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    apiVersion,
    kind: name,
    plural,
    shortNames: [],
    namespaced: true,
    hasStatus: false,
    hasScale: false,
    schema: PLAIN_SCHEMA,
    empty: { metadata: {} },
    generation: 'none',
    applyDefaults: keepAsIs,
    custom: false,
    ...details,
  };
}

const EMPTY_TEMPLATE = { metadata: {}, spec: { containers: null } };
const CUSTOM: Details = { custom: true, empty: { metadata: {} } };

/** Every kind, in the order that lists of kinds are given. */
export const KINDS: readonly KindInfo[] = [
  kind('v1', 'Namespace', 'namespaces', { shortNames: ['ns'], namespaced: false, hasStatus: true }),
  kind('v1', 'ConfigMap', 'configmaps', { shortNames: ['cm'] }),
  kind('v1', 'Service', 'services', {
    shortNames: ['svc'],
    hasStatus: true,
    schema: SERVICE_SCHEMA,
    empty: { metadata: {}, spec: {}, status: { loadBalancer: {} } },
    applyDefaults: defaultService,
  }),
  kind('v1', 'Pod', 'pods', {
    shortNames: ['po'],
    hasStatus: true,
    schema: POD_SCHEMA,
    empty: { metadata: {}, spec: { containers: null }, status: {} },
    generation: 'spec',
    applyDefaults: defaultPod,
  }),
  kind('v1', 'Event', 'events', {
    shortNames: ['ev'],
    schema: EVENT_SCHEMA,
    empty: {
      metadata: {},
      involvedObject: {},
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: null,
      reportingComponent: '',
      reportingInstance: '',
    },
  }),
  kind('apps/v1', 'Deployment', 'deployments', {
    shortNames: ['deploy'],
    hasStatus: true,
    hasScale: true,
    schema: WORKLOAD_SCHEMA,
    empty: { metadata: {}, spec: { selector: null, template: EMPTY_TEMPLATE, strategy: {} }, status: {} },
    generation: 'spec-and-annotations',
    applyDefaults: defaultDeployment,
  }),
  kind('apps/v1', 'ReplicaSet', 'replicasets', {
    shortNames: ['rs'],
    hasStatus: true,
    hasScale: true,
    schema: WORKLOAD_SCHEMA,
    empty: { metadata: {}, spec: { selector: null, template: EMPTY_TEMPLATE }, status: { replicas: 0 } },
    generation: 'spec',
    applyDefaults: defaultReplicaSet,
  }),
  kind('apps/v1', 'StatefulSet', 'statefulsets', {
    shortNames: ['sts'],
    hasStatus: true,
    hasScale: true,
    schema: WORKLOAD_SCHEMA,
    empty: {
      metadata: {},
      spec: { selector: null, template: EMPTY_TEMPLATE, serviceName: '', updateStrategy: {} },
      status: { replicas: 0, availableReplicas: 0 },
    },
    generation: 'spec',
    applyDefaults: defaultStatefulSet,
  }),
  kind('apps/v1', 'DaemonSet', 'daemonsets', {
    shortNames: ['ds'],
    hasStatus: true,
    schema: WORKLOAD_SCHEMA,
    empty: { metadata: {}, spec: { selector: null, template: EMPTY_TEMPLATE, updateStrategy: {} }, status: {} },
    generation: 'spec',
    applyDefaults: defaultDaemonSet,
  }),
  kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    shortNames: ['hpa'],
    hasStatus: true,
    schema: HPA_SCHEMA,
    empty: {
      metadata: {},
      spec: { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 },
      status: { desiredReplicas: 0, currentMetrics: null },
    },
    applyDefaults: defaultHorizontalPodAutoscaler,
  }),
  kind('coordination.k8s.io/v1', 'Lease', 'leases', { empty: { metadata: {}, spec: {} } }),
  kind('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    namespaced: false,
    schema: WEBHOOKS_SCHEMA,
    generation: 'all-but-metadata',
  }),
  kind('argoproj.io/v1alpha1', 'Application', 'applications', {
    ...CUSTOM,
    shortNames: ['app', 'apps'],
    generation: 'all-but-metadata',
  }),
  kind('argoproj.io/v1alpha1', 'ApplicationSet', 'applicationsets', {
    ...CUSTOM,
    shortNames: ['appset', 'appsets'],
    hasStatus: true,
    generation: 'spec',
  }),
  kind('argoproj.io/v1alpha1', 'AppProject', 'appprojects', {
    ...CUSTOM,
    shortNames: ['appproj', 'appprojs'],
    generation: 'all-but-metadata',
  }),
  kind('argoproj.io/v1alpha1', 'Rollout', 'rollouts', {
    ...CUSTOM,
    shortNames: ['ro'],
    hasStatus: true,
    hasScale: true,
    schema: ROLLOUT_SCHEMA,
    generation: 'spec',
  }),
  kind('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects', {
    ...CUSTOM,
    shortNames: ['so'],
    hasStatus: true,
    generation: 'spec',
  }),
];

const BY_KIND = new Map(KINDS.map((info) => [`${info.group}/${info.kind}`, info]));
const BY_PLURAL = new Map(KINDS.map((info) => [`${info.group}/${info.plural}`, info]));

/** The kind of an object of this apiVersion and kind, whatever the version; undefined when it is not served. */
export function findKind(apiVersion: string, kindName: string): KindInfo | undefined {
  const slash = apiVersion.indexOf('/');
  return BY_KIND.get(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kindName}`);
}

/** The kind served under a resource name: ('apps', 'deployments'). */
export function findResource(group: string, plural: string): KindInfo | undefined {
  return BY_PLURAL.get(`${group}/${plural}`);
}

/** A kind that must be served. Throws when it is not: a mistake in the calling actor. */
export function kindOf(apiVersion: string, kindName: string): KindInfo {
  const found = findKind(apiVersion, kindName);
  if (found === undefined) throw new Error(`The embedded cluster serves no ${kindName} of ${apiVersion}.`);
  return found;
}
