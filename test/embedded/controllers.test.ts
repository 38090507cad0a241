import { describe, expect, it } from 'vitest';
import { FieldWriter } from '../../src/embedded/actors/writers.ts';
import { application, hpa, scaledObject, workload } from '../../src/embedded/blueprints.ts';
import { DEFAULT_PLATFORM } from '../../src/embedded/context.ts';
import { listAt, numberAt, textAt } from '../../src/embedded/json.ts';
import { kindOf } from '../../src/embedded/kinds.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { planSizes } from '../../src/embedded/rolling-update.ts';
import { virtualCluster } from './virtual-cluster.ts';

function inShop(manifest: KubeObject): KubeObject {
  return { ...manifest, metadata: { ...manifest.metadata, namespace: 'shop' } };
}

const person = { actor: 'human/ada', manager: 'kubectl' };
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

describe('a Deployment', () => {
  it('runs its pods in one ReplicaSet and reports what is ready', () => {
    const cluster = virtualCluster({ argocd: null, platform: { podObjects: true } });
    cluster.create([inShop(workload({ name: 'web', replicas: 3 }))]);
    cluster.run(1);
    const deployment = cluster.last('deployments', 'shop', 'web');
    expect(deployment.status).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(deployment.status).not.toHaveProperty('unavailableReplicas');
    expect(deployment.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(deployment.metadata.generation).toBe(1);
    expect(cluster.store.list(kindOf('v1', 'Pod'), 'shop').map((pod) => textAt(pod, 'status', 'phase'))).toEqual([
      'Running',
      'Running',
      'Running',
    ]);
  });

  it('moves to a new template step by step, and back to the ReplicaSet it had', () => {
    const cluster = virtualCluster({ argocd: null });
    cluster.create([inShop(workload({ name: 'web', replicas: 4 }))]);
    cluster.run(1);
    const writer = new FieldWriter(cluster.cluster.context, person);
    const image = '/spec/template/spec/containers/0/image';
    writer.set(web, image, 'registry.example/web:2');
    cluster.run(2);
    const sets = () => cluster.store.list(kindOf('apps/v1', 'ReplicaSet'), 'shop');
    expect(
      sets()
        .map((set) => numberAt(-1, set.spec, 'replicas'))
        .sort(),
    ).toEqual([0, 4]);
    const available = cluster
      .versions('deployments', 'shop', 'web')
      .slice(20)
      .map((version) => numberAt(0, version.status, 'availableReplicas'));
    expect(Math.min(...available)).toBeGreaterThanOrEqual(3);
    writer.set(web, image, 'registry.example/web:1.4.2');
    cluster.run(2);
    expect(sets()).toHaveLength(2);
    expect(cluster.last('deployments', 'shop', 'web').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe(
      '3',
    );
  });

  it('replaces a pod that somebody deletes, without touching replicas', () => {
    const cluster = virtualCluster({ argocd: null, platform: { podObjects: true } });
    cluster.create([inShop(workload({ name: 'web', replicas: 2 }))]);
    cluster.run(1);
    const pods = cluster.store.list(kindOf('v1', 'Pod'), 'shop');
    const gone = pods[0]?.metadata.name ?? '';
    cluster.store.delete(kindOf('v1', 'Pod'), 'shop', gone, { manager: 'kubectl' });
    cluster.run(1);
    const names = cluster.store.list(kindOf('v1', 'Pod'), 'shop').map((pod) => pod.metadata.name);
    expect(names).toHaveLength(2);
    expect(names).not.toContain(gone);
    expect(cluster.replicas('shop', 'web')).toEqual([2]);
  });

  it('takes its ReplicaSets and pods with it', () => {
    const cluster = virtualCluster({ argocd: null, platform: { podObjects: true } });
    cluster.create([inShop(workload({ name: 'web', replicas: 2 }))]);
    cluster.run(1);
    cluster.store.delete(kindOf('apps/v1', 'Deployment'), 'shop', 'web', { manager: 'kubectl' });
    cluster.run(1);
    expect(cluster.store.list(kindOf('apps/v1', 'ReplicaSet'))).toEqual([]);
    expect(cluster.store.list(kindOf('v1', 'Pod'))).toEqual([]);
  });

  it.each([
    ['the only ReplicaSet takes a scale', { current: [3, 3, 3], old: [], replicas: 6 }, { new: 6 }],
    [
      'a rollout first grows by the surge',
      { current: [0, 0, 4], old: [[4, 4, 4]], replicas: 4 },
      { new: 1, 'old-0': 3 },
    ],
    [
      'then shrinks what the new one makes up for',
      { current: [2, 1, 4], old: [[3, 3, 4]], replicas: 4 },
      { 'old-0': 2 },
    ],
    ['a scale in mid-rollout is shared', { current: [2, 2, 4], old: [[2, 2, 4]], replicas: 8 }, { new: 5, 'old-0': 5 }],
  ] as const)('plans sizes: %s', (_, input, sizes) => {
    const set = (name: string, [replicas, available, desired]: readonly number[]) => ({
      name,
      replicas: replicas ?? 0,
      available: available ?? 0,
      desired: desired ?? Number.NaN,
    });
    const budget = { surge: Math.ceil(input.replicas / 4), unavailable: Math.floor(input.replicas / 4) };
    const old = input.old.map((one, index) => set(`old-${index}`, one));
    const current = set('new', input.current);
    const plan = planSizes({ replicas: input.replicas, budget, recreate: false, paused: false, current, old });
    expect(Object.fromEntries(plan)).toEqual(sizes);
  });
});

describe('a StatefulSet', () => {
  it('starts its pods one after the other and gives up the highest first', () => {
    const cluster = virtualCluster({ argocd: null, platform: { podObjects: true, podReadySeconds: [5, 5] } });
    cluster.create([inShop(workload({ name: 'db', kind: 'StatefulSet', replicas: 3 }))]);
    cluster.run(0.1);
    const names = () => cluster.store.list(kindOf('v1', 'Pod'), 'shop').map((pod) => pod.metadata.name);
    expect(names()).toEqual(['db-0', 'db-1']);
    cluster.run(1);
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    cluster.store.scale(kindOf('apps/v1', 'StatefulSet'), 'shop', 'db', 1, { manager: 'kubectl' });
    cluster.run(0.1);
    expect(names()).toEqual(['db-0']);
    expect(cluster.last('statefulsets', 'shop', 'db').status).toMatchObject({
      replicas: 1,
      readyReplicas: 1,
      observedGeneration: 2,
    });
  });
});

describe('a Rollout', () => {
  it('gets replicas 1 from its controller where Git says nothing', () => {
    const cluster = virtualCluster({ argocd: null });
    cluster.create([inShop(workload({ name: 'web', kind: 'Rollout' }))]);
    cluster.run(1);
    const rollout = cluster.last('rollouts', 'shop', 'web');
    expect(rollout.spec?.['replicas']).toBe(1);
    expect(rollout.status).toMatchObject({ phase: 'Healthy', HPAReplicas: 1, observedGeneration: '2' });
  });
});

describe('an HPA', () => {
  it('has no metrics until pods have run for a while, then scales by two at most', () => {
    const cluster = virtualCluster({ argocd: null, platform: { metricsNoise: 0 } });
    cluster.create([
      inShop(workload({ name: 'web', replicas: 3 })),
      inShop(hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 3, max: 10 })),
    ]);
    cluster.load.set('shop', 'Deployment', 'web', () => 520);
    cluster.run(0.3);
    const reason = (type: string) => {
      const conditions = listAt(cluster.last('horizontalpodautoscalers', 'shop', 'web').status, 'conditions');
      return textAt(
        conditions.find((condition) => textAt(condition, 'type') === type),
        'reason',
      );
    };
    expect(reason('ScalingActive')).toBe('FailedGetResourceMetric');
    cluster.run(1.5);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 6, 9]);
    expect(reason('ScalingActive')).toBe('ValidMetricFound');
    expect(cluster.last('horizontalpodautoscalers', 'shop', 'web').status).toMatchObject({ desiredReplicas: 9 });
  });

  it('brings replicas up to minReplicas without any metrics, as fast as it looks', () => {
    const cluster = virtualCluster({ argocd: null });
    cluster.create([
      inShop(workload({ name: 'web', replicas: 1 })),
      inShop(hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 2, max: 5 })),
    ]);
    cluster.run(0.3);
    expect(cluster.replicas('shop', 'web')).toEqual([1, 2]);
  });

  it('does nothing beside another one, and says AmbiguousSelector', () => {
    const cluster = virtualCluster({ argocd: null });
    const target = { kind: 'Deployment' as const, name: 'web' };
    cluster.create([
      inShop(workload({ name: 'web', replicas: 2 })),
      inShop(hpa({ name: 'a', target, min: 2, max: 8 })),
      inShop(hpa({ name: 'b', target, min: 2, max: 8 })),
    ]);
    cluster.load.set('shop', 'Deployment', 'web', () => 520);
    cluster.run(3);
    expect(cluster.replicas('shop', 'web')).toEqual([2]);
    expect(JSON.stringify(cluster.last('horizontalpodautoscalers', 'shop', 'a').status)).toContain('AmbiguousSelector');
  });

  it('writes under the name of the binary it runs in', () => {
    const cluster = virtualCluster({ argocd: null, platform: { controllerManager: 'k3s' } });
    cluster.create([
      inShop(workload({ name: 'web', replicas: 1 })),
      inShop(hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 2, max: 5 })),
    ]);
    cluster.run(1);
    const managers = cluster.last('deployments', 'shop', 'web').metadata.managedFields?.map((entry) => entry.manager);
    expect(new Set(managers)).toEqual(new Set(['k3s', 'kubectl-client-side-apply']));
  });
});

describe('KEDA', () => {
  it('scales to 0 when idle, to 1 when there is work, and leaves the rest to its HPA', () => {
    const cluster = virtualCluster({ argocd: null });
    const target = { kind: 'Deployment' as const, name: 'web' };
    cluster.create([inShop(workload({ name: 'web', replicas: 1 }))]);
    cluster.create([scaledObject({ name: 'web', namespace: 'shop', target, max: 5, cooldownSeconds: 30 })]);
    const start = cluster.scheduler.now();
    cluster.load.set('shop', 'Deployment', 'web', (time) => (time - start < 180_000 ? 0 : 40));
    cluster.run(5);
    expect(cluster.replicas('shop', 'web')).toEqual([1, 0, 1, 4]);
    const scaler = cluster.last('horizontalpodautoscalers', 'shop', 'keda-hpa-web');
    expect(scaler.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ScaledObject', name: 'web' });
  });
});

describe('an ApplicationSet', () => {
  it('makes its Applications and undoes a live edit within a second', () => {
    const cluster = virtualCluster();
    const template = application({ name: 'x', path: '{{.name}}', repoURL: 'r', destination: 'shop' });
    cluster.create([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ApplicationSet',
        metadata: { name: 'fleet', namespace: 'argocd' },
        spec: {
          generators: [{ list: { elements: [{ name: 'eu' }, { name: 'us' }] } }],
          template: { metadata: { name: 'fleet-{{.name}}' }, spec: template.spec ?? {} },
        },
      },
    ]);
    cluster.run(0.1);
    const app = () => cluster.last('applications', 'argocd', 'fleet-eu');
    expect(textAt(app().spec, 'source', 'path')).toBe('eu');
    const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'fleet-eu' };
    new FieldWriter(cluster.cluster.context, person).set(target, '/spec/ignoreDifferences', [{ kind: 'Deployment' }]);
    expect(app().spec).toHaveProperty('ignoreDifferences');
    cluster.run(1 / 60);
    expect(app().spec).not.toHaveProperty('ignoreDifferences');
  });
});

it('tells what happened in v1 Events, counting repeats', () => {
  const cluster = virtualCluster({ platform: DEFAULT_PLATFORM });
  const repository = cluster.git.repository('r');
  const scaler = hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 3, max: 10 });
  repository.commit('web', () => [workload({ name: 'web', replicas: 3 }), scaler]);
  cluster.load.set('shop', 'Deployment', 'web', () => 520);
  cluster.create([application({ name: 'web', repoURL: 'r', destination: 'shop' })]);
  cluster.run(5);
  const events = cluster.store.list(kindOf('v1', 'Event'));
  const of = (reason: string) => events.filter((event) => event['reason'] === reason);
  expect(of('OperationCompleted').map((event) => textAt(event, 'message').split(' ')[0])).toEqual(
    expect.arrayContaining(['Sync', 'Partial']),
  );
  expect(of('SuccessfulRescale').some((event) => Number(event['count']) > 1)).toBe(true);
  expect(of('OperationStarted').every((event) => event['count'] === 1)).toBe(true);
});
