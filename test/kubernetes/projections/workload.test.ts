import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/facts.ts';
import {
  ARGO_OWNS_ALL,
  deployment,
  type Entry,
  factOf,
  HPA_OWNS_REPLICAS,
  lastApplied,
  managed,
} from './raw-objects.ts';

const argo = (operation: string, fieldsV1: Json, manager = 'argocd-controller'): Entry => ({
  manager,
  operation,
  time: '2026-11-21T05:44:13Z',
  fieldsV1,
});
const OWNS_REPLICAS = { 'f:spec': { 'f:replicas': {} } };
const OWNS_PAUSED = { 'f:spec': { 'f:paused': {} } };

describe('what a workload keeps', () => {
  it('names the object, its version and its counts', () => {
    const fact = factOf(
      'workload',
      deployment({
        status: { replicas: 3, readyReplicas: 2, updatedReplicas: 1 },
        spec: { paused: true },
        annotations: {
          'argocd.argoproj.io/sync-options': 'Replace=true, Prune=false',
          'tugwatch.dev/ignore': 'TW104: known',
        },
      }),
    );
    expect(fact).toMatchObject({
      ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      uid: 'uid-web',
      resourceVersion: '42',
      generation: 3,
      createdAt: Date.parse('2026-11-21T05:44:13Z'),
      replicas: 3,
      status: { replicas: 3, ready: 2, updated: 1 },
      paused: true,
      syncOptions: ['Replace=true', 'Prune=false'],
      ignore: 'TW104: known',
      deleting: false,
      controller: null,
      workloadRef: null,
    });
  });

  it('tells a restart from a release', () => {
    const restarted = { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'T' } } } };
    expect(factOf('workload', deployment({ spec: restarted })).restartedAt).toBe('T');
    expect(factOf('workload', deployment()).restartedAt).toBeNull();
  });

  it('hashes the pod template alike whatever the order of its keys, and differently when a value differs', () => {
    const hash = (template: Json) => factOf('workload', deployment({ spec: { template } })).templateHash;
    expect(hash({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(hash({ b: [{ d: 3, c: 2 }], a: 1 }));
    expect(hash({ a: 1 })).not.toBe(hash({ a: 2 }));
    expect(hash({ a: [1, 2] })).not.toBe(hash({ a: [2, 1] }));
  });

  it('reads a Rollout that takes its template from a Deployment', () => {
    const rollout = deployment({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      spec: { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', scaleDown: 'onsuccess' } },
    });
    expect(factOf('workload', rollout).workloadRef).toEqual({
      kind: 'Deployment',
      name: 'web',
      scaleDown: 'onsuccess',
    });
  });

  it('takes any other kind with spec.replicas for a workload', () => {
    const custom = deployment({ apiVersion: 'example.org/v1', kind: 'Database' });
    expect(factOf('workload', custom).ref).toEqual({
      apiVersion: 'example.org/v1',
      kind: 'Database',
      namespace: 'shop',
      name: 'web',
    });
  });

  it('says which controller made it', () => {
    const owned = deployment({
      metadata: {
        ownerReferences: [
          { kind: 'Other', name: 'x', uid: '1' },
          { kind: 'Canary', name: 'web', uid: '2', controller: true },
        ],
      },
    });
    expect(factOf('workload', owned).controller).toEqual({ kind: 'Canary', name: 'web', uid: '2' });
  });
});

describe('who owns spec.replicas', () => {
  it('names every entry that holds the field, and gives a scale entry no time', () => {
    const both = deployment({ managedFields: managed(ARGO_OWNS_ALL, HPA_OWNS_REPLICAS) });
    expect(factOf('workload', both).replicasOwners).toEqual([
      {
        manager: 'argocd-controller',
        operation: 'Update',
        subresource: '',
        time: Date.parse('2026-11-21T05:44:13Z'),
      },
      { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', time: null },
    ]);
  });

  it('names nobody when no entry holds it, as after a scale to zero', () => {
    const zero = deployment({ spec: { replicas: 0 }, managedFields: managed(argo('Update', OWNS_PAUSED)) });
    expect(factOf('workload', zero).replicasOwners).toEqual([]);
  });

  it('is not deceived by an entry without a manager or without fields', () => {
    const odd = deployment({ managedFields: [null, 7, { manager: '' }, { manager: 'x', fieldsV1: 'f:spec' }] });
    expect(factOf('workload', odd).replicasOwners).toEqual([]);
    expect(factOf('workload', odd).managers.map((owner) => owner.manager)).toEqual(['x']);
  });
});

describe('what Git declares of spec.replicas', () => {
  const table: [string, Parameters<typeof deployment>[0], { value: number | null; source: string }][] = [
    [
      'last-applied has it',
      { annotations: lastApplied({ spec: { replicas: 5 } }) },
      { value: 5, source: 'last-applied' },
    ],
    ['last-applied leaves it out', { annotations: lastApplied({ spec: {} }) }, { value: null, source: 'last-applied' }],
    [
      'last-applied cannot be read',
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":' } },
      { value: null, source: 'unknown' },
    ],
    [
      'a server-side apply of Argo CD owns it',
      { managedFields: managed(argo('Apply', OWNS_REPLICAS)) },
      { value: 3, source: 'server-side-apply' },
    ],
    [
      'the HPA took it from a server-side apply: this version does not show what Git says',
      { managedFields: managed(argo('Apply', OWNS_PAUSED), HPA_OWNS_REPLICAS) },
      { value: null, source: 'unknown' },
    ],
    [
      'a server-side apply left it to the default of 1',
      { spec: { replicas: 1 }, managedFields: managed(argo('Apply', OWNS_PAUSED)) },
      { value: null, source: 'server-side-apply' },
    ],
    [
      'a scale to zero took it from a server-side apply and left no owner',
      { spec: { replicas: 0 }, managedFields: managed(argo('Apply', OWNS_PAUSED)) },
      { value: null, source: 'unknown' },
    ],
    [
      'Replace=true wrote it, so there is no last-applied',
      { managedFields: managed(argo('Update', OWNS_REPLICAS, 'argocd-application-controller')) },
      { value: 3, source: 'argocd-update' },
    ],
    [
      'somebody else wrote it and nothing tells of Git',
      { managedFields: managed(argo('Update', OWNS_REPLICAS, 'kubectl-create')) },
      { value: null, source: 'unknown' },
    ],
    ['nothing tells at all', {}, { value: null, source: 'unknown' }],
  ];
  it.each(table)('%s', (_, input, declared) => {
    expect(factOf('workload', deployment(input)).declared).toEqual(declared);
  });

  it('knows Argo CD under another name by the tracking mark it wrote', () => {
    const renamed = deployment({
      managedFields: managed({
        manager: 'my-argo',
        operation: 'Apply',
        fieldsV1: {
          'f:metadata': { 'f:annotations': { 'f:argocd.argoproj.io/tracking-id': {} } },
          'f:spec': { 'f:replicas': {} },
        },
      }),
    });
    expect(factOf('workload', renamed).declared).toEqual({ value: 3, source: 'server-side-apply' });
  });

  it('keeps what last-applied still has, for the trap of a field that left Git', () => {
    const fact = factOf('workload', deployment({ annotations: lastApplied({ spec: { replicas: 5 } }) }));
    expect(fact).toMatchObject({ hasLastApplied: true, lastAppliedReplicas: 5 });
    expect(factOf('workload', deployment())).toMatchObject({ hasLastApplied: false, lastAppliedReplicas: null });
  });
});
