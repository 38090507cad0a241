/** Facts, writers, writes and heals for tests of single functions; facts come from raw objects through the projections. */
import type {
  FieldOwner,
  HpaFact,
  Json,
  LensFact,
  Millis,
  ReplicaSetFact,
  WorkloadFact,
} from '../../src/model/facts.ts';
import type { Heal, Write, Writer, WriterKind } from '../../src/model/verdicts.ts';
import { type ApplicationInput, factOf, rawApplication, rawHpa, rawWorkload, type WorkloadInput } from './cluster.ts';

/** 'hpa:web', 'controller:mesh-injector', 'argocd:web', 'human:kubectl', 'unknown:'. */
export function writerOf(text: string): Writer {
  const [kind = '', name = ''] = text.split(':');
  const named = kind === 'hpa' || kind === 'argocd' || kind === 'keda';
  const manager = kind === 'hpa' ? 'kube-controller-manager' : kind === 'argocd' ? 'argocd-controller' : name || null;
  return {
    kind: kind as WriterKind,
    manager: kind === 'keda' ? 'keda-operator' : manager,
    name: named ? name : null,
    source: `managedFields ${manager ?? 'none'}${kind === 'hpa' ? '/scale' : ''}`,
  };
}

export const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

export function writeOf(by: string, from: Json, to: Json, at: Millis, more: Partial<Write> = {}): Write {
  return { at, ref: WEB, uid: 'uid-1', field: '/spec/replicas', from, to, writer: writerOf(by), gap: false, ...more };
}

export function healOf(more: Partial<Heal> = {}): Heal {
  return {
    application: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' },
    applicationUid: 'uid-argocd-web',
    kind: 'self-heal',
    startedAt: 10_000,
    seenAt: 10_000,
    finishedAt: 11_000,
    endSeenAt: 11_000,
    phase: 'Succeeded',
    resources: [{ group: 'apps', kind: 'Deployment', namespace: '', name: 'web' }],
    attempts: 1,
    revision: 'c1',
    newRevision: false,
    message: '',
    ...more,
  };
}

export function ownerOf(manager: string, more: Partial<FieldOwner> = {}): FieldOwner {
  return { manager, operation: 'Update', subresource: '', time: 1_000, ...more };
}

export function workloadFact(input: WorkloadInput = {}, more: Partial<WorkloadFact> = {}): WorkloadFact {
  return { ...(factOf(rawWorkload(input)) as WorkloadFact), ...more };
}

export function hpaFact(input: Parameters<typeof rawHpa>[0] = {}, more: Partial<HpaFact> = {}): HpaFact {
  return { ...(factOf(rawHpa(input)) as HpaFact), ...more };
}

export function applicationFact(input: ApplicationInput = {}) {
  const fact = factOf(rawApplication(input));
  if (fact.fact !== 'application') throw new Error('not an Application');
  return fact;
}

export function replicaSetFact(name: string, replicas: number, more: Partial<ReplicaSetFact> = {}): ReplicaSetFact {
  return {
    fact: 'replicaset',
    ref: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop', name },
    uid: `uid-${name}`,
    resourceVersion: '1',
    generation: 1,
    createdAt: null,
    controllerUid: 'uid-Deployment-web',
    controllerKind: 'Deployment',
    controllerName: 'web',
    replicas,
    templateHash: name,
    ...more,
  };
}

/** One ConfigMap under the lens: leaves with who owns each. */
export function lensFact(
  leaves: Readonly<Record<string, readonly [Json, string]>>,
  more: Partial<LensFact> = {},
): LensFact {
  return {
    fact: 'lens',
    ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'flags' },
    uid: 'uid-flags',
    resourceVersion: '1',
    generation: 0,
    createdAt: null,
    tracking: { annotation: 'web', label: null, installationId: null, managers: ['argocd-controller'] },
    leaves: new Map(Object.entries(leaves).map(([pointer, [value]]) => [pointer, value])),
    owners: new Map(Object.entries(leaves).map(([pointer, [, manager]]) => [pointer, [ownerOf(manager)]])),
    declared: null,
    managers: [],
    ...more,
  };
}
