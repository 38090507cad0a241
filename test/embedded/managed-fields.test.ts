import { describe, expect, it } from 'vitest';
import { workload } from '../../src/embedded/blueprints.ts';
import { type JsonValue, sameJson } from '../../src/embedded/json.ts';
import { findKind, kindOf } from '../../src/embedded/kinds.ts';
import { objectChanges, recordScale, recordUpdate } from '../../src/embedded/managed-fields.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../src/embedded/objects.ts';
import { noRecordings, recordedVersions } from '../support/recordings.ts';
import { START, virtualCluster } from './virtual-cluster.ts';

const DEPLOYMENT = kindOf('apps/v1', 'Deployment');

/** True when one of the managers on record, writing what changed, leaves exactly the entries that were recorded. */
function explains(before: KubeObject | undefined, after: KubeObject): boolean {
  const info = findKind(after.apiVersion, after.kind);
  if (info === undefined) return true;
  const entries = before?.metadata.managedFields ?? [];
  const wanted = after.metadata.managedFields ?? [];
  const changes = objectChanges(before ?? info.empty, after, info);
  const matches = (got: readonly ManagedFieldsEntry[]) => sameJson(got as JsonValue, wanted as JsonValue);
  if (matches(recordUpdate(entries, changes, after.apiVersion, { manager: 'nobody' }, 0))) return true;
  const replicas = Number(after.spec?.['replicas'] ?? 0);
  if (matches(recordScale(entries, replicas, after.apiVersion, 'nobody'))) return true;
  return [...wanted, ...entries].some((entry) => {
    if (entry.subresource === 'scale') return matches(recordScale(entries, replicas, entry.apiVersion, entry.manager));
    const by = entry.subresource === 'status' ? { manager: entry.manager, subresource: 'status' as const } : entry;
    const manager = 'subresource' in by ? by : { manager: entry.manager };
    return matches(
      recordUpdate(entries, changes, entry.apiVersion, manager as { manager: string }, Date.parse(entry.time ?? '')),
    );
  });
}

describe.skipIf(noRecordings)('the owners of fields, against what a real server wrote', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['slow', 'deployments'],
    ['slow', 'replicasets'],
    ['slow', 'horizontalpodautoscalers'],
    ['slow', 'applications'],
    ['keda-zero', 'deployments'],
    ['sts-fight', 'statefulsets'],
    ['rollout-fight', 'rollouts'],
    ['template-tug', 'deployments'],
    ['window', 'deployments'],
    ['drift', 'deployments'],
    ['drift', 'configmaps'],
    ['fleet-eu', 'applications'],
    ['fleet-eu', 'applicationsets'],
    ['shared', 'deployments'],
    ['twohpa', 'events'],
  ];
  it.each(cases)('%s: every version of the %s follows from the one before and one writer', (name, resource) => {
    const last = new Map<string, KubeObject>();
    const unexplained: string[] = [];
    let versions = 0;
    for (const line of recordedVersions(name, resource)) {
      const object = line.object as unknown as KubeObject;
      const key = object.metadata.uid ?? '';
      const before = last.get(key);
      last.set(key, object);
      // An object that was there before the watcher came has a history nobody saw.
      if (before === undefined && object.metadata.managedFields?.length !== 1) continue;
      // kube-scheduler writes its Events as events.k8s.io/v1, which names the fields otherwise.
      if (object.metadata.managedFields?.some((entry) => entry.apiVersion !== object.apiVersion)) continue;
      versions += 1;
      if (!explains(before, object)) unexplained.push(`${object.metadata.name} ${object.metadata.resourceVersion}`);
    }
    expect(versions).toBeGreaterThan(0);
    expect(unexplained).toEqual([]);
  });

  it('owns after a create exactly what Argo CD owned, defaults included', () => {
    const recorded = recordedVersions('grokdevops', 'deployments')[0]?.object as unknown as KubeObject;
    const cluster = virtualCluster({ argocd: null });
    const { metadata, spec } = recorded;
    const object = {
      ...recorded,
      metadata: {
        name: metadata.name,
        namespace: 'x',
        labels: metadata.labels ?? {},
        annotations: metadata.annotations ?? {},
      },
    };
    const bare = { ...object, spec: { ...workload({ name: 'grokdevops', replicas: 3 }).spec } };
    const created = cluster.store.create(bare, { manager: 'argocd-controller' });
    expect(created.spec).toEqual(spec);
    expect(created.status).toEqual({});
    expect(created.metadata.managedFields?.[0]?.fieldsV1).toEqual(metadata.managedFields?.[0]?.fieldsV1);
  });

  it('owns after a server-side apply only what was stated', () => {
    const recorded = recordedVersions('ssa-fight', 'deployments')[0]?.object as unknown as KubeObject;
    const cluster = virtualCluster({ argocd: null });
    const manifest = workload({ name: 'ssa-fight', replicas: 3 });
    const annotations = { ...recorded.metadata.annotations };
    const metadata = { ...manifest.metadata, namespace: 'ssa-fight', annotations };
    const applied = cluster.store.apply({ ...manifest, metadata }, { manager: 'argocd-controller' }, { force: true });
    expect(applied.spec).toEqual(recorded.spec);
    const [entry] = applied.metadata.managedFields ?? [];
    const [wanted] = recorded.metadata.managedFields ?? [];
    expect({ ...entry, time: '' }).toEqual({ ...wanted, time: '' });
  });
});

describe('the owners of spec.replicas', () => {
  const owners = (object: KubeObject) =>
    (object.metadata.managedFields ?? [])
      .filter((entry) => 'f:replicas' in ((entry.fieldsV1['f:spec'] ?? {}) as object))
      .map(
        (entry) =>
          `${entry.manager}/${entry.operation}/${entry.subresource ?? ''}/${entry.time === undefined ? 'no time' : 'time'}`,
      );

  function deployed() {
    const cluster = virtualCluster({ argocd: null });
    const manifest = workload({ name: 'web', replicas: 3 });
    const metadata = { ...manifest.metadata, namespace: 'shop' };
    cluster.store.create({ ...manifest, metadata }, { manager: 'argocd-controller' });
    return cluster.store;
  }

  it('hands over to the scaler by a write through /scale, without a time', () => {
    const store = deployed();
    expect(owners(store.scale(DEPLOYMENT, 'shop', 'web', 6, { manager: 'k3s' }))).toEqual(['k3s/Update/scale/no time']);
  });

  it('leaves nobody after a scale to 0, and the scaler again after the next one', () => {
    const store = deployed();
    expect(owners(store.scale(DEPLOYMENT, 'shop', 'web', 0, { manager: 'keda-operator' }))).toEqual([]);
    const again = store.scale(DEPLOYMENT, 'shop', 'web', 1, { manager: 'keda-operator' });
    expect(owners(again)).toEqual(['keda-operator/Update/scale/no time']);
  });

  it('does not make an owner of one who writes the value that is there', () => {
    const store = deployed();
    const live = store.get(DEPLOYMENT, 'shop', 'web') as KubeObject;
    const version = store.version;
    expect(store.update({ ...live, spec: { ...live.spec, replicas: 3 } }, { manager: 'kubectl' })).toBe(live);
    expect(store.version).toBe(version);
  });

  it('is shared by two appliers of the same value, and taken by force with another', () => {
    const store = deployed();
    const config = (replicas: number): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas },
    });
    const shared = store.apply(config(3), { manager: 'gitops' });
    expect(owners(shared)).toEqual(['gitops/Apply//time', 'argocd-controller/Update//time']);
    const conflict = 'Apply failed with 1 conflict: conflict with "argocd-controller" using apps/v1: .spec.replicas';
    expect(() => store.apply(config(5), { manager: 'gitops' })).toThrow(conflict);
    const forced = store.apply(config(5), { manager: 'gitops' }, { force: true });
    expect(owners(forced)).toEqual(['gitops/Apply//time']);
  });

  it('falls back to the default of 1 when its only applier states it no more', () => {
    const store = virtualCluster({ argocd: null }).store;
    const manifest = workload({ name: 'web', replicas: 4 });
    const metadata = { ...manifest.metadata, namespace: 'shop' };
    store.apply({ ...manifest, metadata }, { manager: 'gitops' });
    const without = workload({ name: 'web' });
    const applied = store.apply({ ...without, metadata }, { manager: 'gitops' });
    expect(applied.spec?.['replicas']).toBe(1);
    expect(owners(applied)).toEqual([]);
  });

  it('stays with a co-owner when one of two appliers states it no more', () => {
    const store = virtualCluster({ argocd: null }).store;
    const manifest = workload({ name: 'web', replicas: 4 });
    const metadata = { ...manifest.metadata, namespace: 'shop' };
    store.apply({ ...manifest, metadata }, { manager: 'gitops' });
    store.scale(DEPLOYMENT, 'shop', 'web', 7, { manager: 'kube-controller-manager' });
    const applied = store.apply({ ...workload({ name: 'web' }), metadata }, { manager: 'gitops' });
    expect(applied.spec?.['replicas']).toBe(7);
    expect(owners(applied)).toEqual(['kube-controller-manager/Update/scale/no time']);
  });
});

it('dates a write by the time of the cluster, whole seconds', () => {
  const cluster = virtualCluster({ argocd: null });
  cluster.run(1.5);
  const manifest = workload({ name: 'web' });
  const created = cluster.store.create(
    { ...manifest, metadata: { ...manifest.metadata, namespace: 'shop' } },
    { manager: 'x' },
  );
  expect(created.metadata.creationTimestamp).toBe(`${new Date(START + 90_000).toISOString().slice(0, 19)}Z`);
  expect(created.metadata.managedFields?.[0]?.time).toBe(created.metadata.creationTimestamp);
});
