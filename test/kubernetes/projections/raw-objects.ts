/** Raw objects as the API server sends them, for projections to be held against. */
import { project } from '../../../src/kubernetes/projections/project.ts';
import type { Fact, FactKind, Json } from '../../../src/model/facts.ts';

export type Raw = { [key: string]: Json };

export interface Entry {
  readonly manager: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1: Json;
}

export function managed(...entries: readonly Entry[]): Json {
  return entries.map((entry) => ({ operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', ...entry }));
}

/** An Argo CD client-side apply that owns spec.replicas, the tracking mark and last-applied. */
export const ARGO_OWNS_ALL: Entry = {
  manager: 'argocd-controller',
  time: '2026-11-21T05:44:13Z',
  fieldsV1: {
    'f:metadata': {
      'f:annotations': {
        '.': {},
        'f:argocd.argoproj.io/tracking-id': {},
        'f:kubectl.kubernetes.io/last-applied-configuration': {},
      },
    },
    'f:spec': { 'f:replicas': {} },
  },
};

export const HPA_OWNS_REPLICAS: Entry = {
  manager: 'kube-controller-manager',
  subresource: 'scale',
  fieldsV1: { 'f:spec': { 'f:replicas': {} } },
};

export interface DeploymentInput {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Raw;
  readonly annotations?: Raw;
  readonly labels?: Raw;
  readonly managedFields?: Json;
  readonly spec?: Raw;
  readonly status?: Json;
}

export function deployment(input: DeploymentInput = {}): Raw {
  return {
    apiVersion: input.apiVersion ?? 'apps/v1',
    kind: input.kind ?? 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
      resourceVersion: '42',
      generation: 3,
      creationTimestamp: '2026-11-21T05:44:13Z',
      ...(input.annotations === undefined ? {} : { annotations: input.annotations }),
      ...(input.labels === undefined ? {} : { labels: input.labels }),
      ...(input.managedFields === undefined ? {} : { managedFields: input.managedFields }),
      ...input.metadata,
    },
    spec: { replicas: 3, template: { spec: { containers: [{ name: 'app', image: 'web:1' }] } }, ...input.spec },
    status: input.status ?? {},
  };
}

export function lastApplied(manifest: Json): Raw {
  return { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(manifest) };
}

/** The fact of a kind that an object projects to. Fails the test when it projects to another. */
export function factOf<K extends FactKind>(kind: K, raw: Json, instanceLabelKey?: string): Extract<Fact, { fact: K }> {
  const settings = instanceLabelKey === undefined ? undefined : { instanceLabelKey };
  const fact = project(raw, { apiVersion: '', resource: '' }, settings);
  if (fact?.fact !== kind) throw new Error(`expected a ${kind}, got ${fact?.fact ?? 'nothing'}`);
  return fact as Extract<Fact, { fact: K }>;
}
