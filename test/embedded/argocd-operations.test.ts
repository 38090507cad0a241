import { describe, expect, it } from 'vitest';
import { FieldWriter } from '../../src/embedded/actors/writers.ts';
import { application, appProject, configMap, hpa, replicasRule, workload } from '../../src/embedded/blueprints.ts';
import { type JsonObject, listAt, numberAt, textAt } from '../../src/embedded/json.ts';
import type { KubeObject } from '../../src/embedded/objects.ts';
import { type VirtualCluster, virtualCluster } from './virtual-cluster.ts';

const URL = 'https://git.example/apps';
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

function deploy(cluster: VirtualCluster, manifests: readonly KubeObject[], changes: object = {}): void {
  cluster.git.repository(URL).commit('web', () => manifests);
  cluster.create([application({ name: 'web', repoURL: URL, destination: 'shop', ...changes })]);
}

function person(cluster: VirtualCluster, manager = 'kubectl'): FieldWriter {
  return new FieldWriter(cluster.cluster.context, { actor: 'human/ada', manager });
}

const app = (cluster: VirtualCluster) => cluster.last('applications', 'argocd', 'web');

describe('an operation in the stream of its Application', () => {
  it('is set, runs, succeeds and is taken back, as in the recordings', () => {
    const cluster = virtualCluster();
    deploy(cluster, [workload({ name: 'web', replicas: 3 })]);
    cluster.run(1);
    const before = cluster.versions('applications', 'argocd', 'web').length;
    person(cluster).scale(web, 7);
    cluster.run(0.2);
    const steps = cluster
      .versions('applications', 'argocd', 'web')
      .slice(before)
      .map((version) => {
        const phase = textAt(version.status, 'operationState', 'phase') || 'nil';
        return `${version['operation'] === undefined ? '' : 'operation '}${phase} ${textAt(version.status, 'sync', 'status')}`;
      });
    expect(steps[0]).toBe('operation nil Synced');
    expect(steps).toContain('operation Running OutOfSync');
    expect(steps.findIndex((step) => step.startsWith('operation Running'))).toBeLessThan(
      steps.indexOf('Succeeded OutOfSync'),
    );
    expect(steps.at(-1)).toBe('Succeeded Synced');
    const state = app(cluster).status?.['operationState'] as JsonObject;
    expect(state).toMatchObject({
      message: 'successfully synced (all tasks run)',
      operation: {
        initiatedBy: { automated: true },
        retry: { limit: 5 },
        sync: {
          autoHealAttemptsCount: 1,
          prune: true,
          resources: [{ group: 'apps', kind: 'Deployment', name: 'web' }],
        },
      },
      syncResult: {
        resources: [
          {
            kind: 'Deployment',
            namespace: 'shop',
            status: 'Synced',
            message: 'deployment.apps/web configured',
            images: ['registry.example/web:1.4.2'],
          },
        ],
      },
    });
    expect(cluster.replicas('shop', 'web')).toEqual([3, 7, 3]);
  });

  it('starts the count of heals anew with every revision, in a repository that others commit to as well', () => {
    const cluster = virtualCluster({ argocd: { refreshSeconds: [60, 60] } });
    deploy(cluster, [workload({ name: 'web', replicas: 3 })]);
    cluster.run(1);
    const heal = () => {
      person(cluster).scale(web, 7);
      cluster.run(0.5);
      return cluster.operations('argocd', 'web').at(-1)?.attempts;
    };
    expect([heal(), heal(), heal()]).toEqual([1, 2, 3]);
    cluster.git.repository(URL).commitElsewhere();
    cluster.run(1.5);
    // HEAD moved: the next drift is an ordinary, full sync.
    expect([heal(), heal()]).toEqual([0, 1]);
  });

  it('is retried and then given up when the server refuses, until a new revision', () => {
    const cluster = virtualCluster();
    deploy(cluster, [workload({ name: 'web', replicas: 3 })]);
    cluster.run(1);
    const end = cluster.store.guard((author, next) =>
      author.actor === 'argocd/web' && next.kind === 'Deployment' ? 'no' : undefined,
    );
    person(cluster).scale(web, 7);
    cluster.run(0.3);
    expect(textAt(app(cluster).status, 'operationState', 'message')).toMatch(/Retrying attempt #\d/);
    cluster.run(10);
    expect(textAt(app(cluster).status, 'operationState', 'phase')).toBe('Failed');
    expect(listAt(app(cluster).status, 'conditions').map((condition) => textAt(condition, 'type'))).toEqual([
      'SyncError',
    ]);
    end();
    cluster.run(10);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 7]);
    cluster.git.repository(URL).commitElsewhere();
    cluster.run(10);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 7, 3]);
  });

  it('does not start in a deny window, and the drift stays', () => {
    const cluster = virtualCluster();
    cluster.create([
      appProject('default', [{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'] }]),
    ]);
    deploy(cluster, [workload({ name: 'web', replicas: 3 })]);
    cluster.run(5);
    expect(cluster.versions('deployments', 'shop', 'web')).toEqual([]);
    expect(textAt(app(cluster).status, 'sync', 'status')).toBe('OutOfSync');
  });

  it('is taken from a person too, who needs no drift and names what they like', () => {
    const cluster = virtualCluster();
    deploy(cluster, [workload({ name: 'web', replicas: 3 })], { automated: null });
    cluster.run(1);
    expect(cluster.versions('deployments', 'shop', 'web')).toEqual([]);
    const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' };
    const revision = cluster.git.repository(URL).head;
    person(cluster, 'argocd-server').merge(target, {
      operation: { initiatedBy: { username: 'ada' }, sync: { revision } },
    });
    cluster.run(1);
    expect(cluster.replicas('shop', 'web')).toEqual([3]);
    expect(textAt(app(cluster).status, 'history', 0, 'initiatedBy', 'username')).toBe('ada');
  });
});

describe('how a sync writes', () => {
  const managersOf = (object: KubeObject) =>
    object.metadata.managedFields?.map((entry) => `${entry.manager}/${entry.operation}`) ?? [];

  it.each([
    [[], 'argocd-controller/Update', true],
    [['ServerSideApply=true'], 'argocd-controller/Apply', false],
    [['Replace=true'], 'argocd-application-controller/Update', false],
  ] as const)('with %j', (syncOptions, manager, lastApplied) => {
    const cluster = virtualCluster();
    deploy(cluster, [workload({ name: 'web', replicas: 3 })], { syncOptions });
    cluster.run(1);
    person(cluster).scale(web, 7);
    cluster.run(1);
    const deployment = cluster.last('deployments', 'shop', 'web');
    expect(cluster.replicas('shop', 'web')).toEqual([3, 7, 3]);
    expect(managersOf(deployment)).toContain(manager);
    expect('kubectl.kubernetes.io/last-applied-configuration' in (deployment.metadata.annotations ?? {})).toBe(
      lastApplied,
    );
  });

  it('sets 1 when replicas leave Git but stand in last-applied, once', () => {
    const cluster = virtualCluster();
    const scaler = hpa({ name: 'web', target: { kind: 'Deployment', name: 'web' }, min: 1, max: 10 });
    deploy(cluster, [workload({ name: 'web', replicas: 5 }), scaler]);
    cluster.load.set('shop', 'Deployment', 'web', () => 300);
    cluster.run(2);
    cluster.git.repository(URL).commit('web', () => [workload({ name: 'web' }), scaler]);
    cluster.run(10);
    expect(cluster.replicas('shop', 'web').slice(0, 3)).toEqual([5, 1, 4]);
    expect(cluster.operations('argocd', 'web').filter((operation) => operation.attempts > 0)).toEqual([]);
  });

  it('prunes what left Git where prune is on, and waits for ever where it is off', () => {
    for (const prune of [true, false]) {
      const cluster = virtualCluster();
      deploy(cluster, [workload({ name: 'web' }), configMap('old', { a: '1' })], {
        automated: { prune, selfHeal: true },
      });
      cluster.run(1);
      cluster.git.repository(URL).commit('web', () => [workload({ name: 'web' })]);
      cluster.run(10);
      const waiting = listAt(app(cluster).status, 'resources').filter(
        (resource) => (resource as JsonObject)['requiresPruning'] === true,
      );
      expect(waiting).toHaveLength(prune ? 0 : 1);
      expect(textAt(app(cluster).status, 'sync', 'status')).toBe(prune ? 'Synced' : 'OutOfSync');
    }
  });

  it.each(['single', 'multiple', 'hydrated'] as const)('from %s sources', (sourcing) => {
    const cluster = virtualCluster();
    deploy(cluster, [workload({ name: 'web', replicas: 3 })], { sourcing });
    cluster.run(1);
    person(cluster).scale(web, 7);
    cluster.run(1);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 7, 3]);
    expect(numberAt(0, app(cluster).status, 'operationState', 'operation', 'sync', 'autoHealAttemptsCount')).toBe(1);
  });
});

describe('tracking', () => {
  it.each([
    ['annotation', 'web:apps/Deployment:shop/web', undefined],
    ['label', undefined, 'web'],
    ['annotation+label', 'web:apps/Deployment:shop/web', 'web'],
  ])('by %s', (method, annotation, label) => {
    const cluster = virtualCluster();
    cluster.create([configMap('argocd-cm', { 'application.resourceTrackingMethod': method }, 'argocd')]);
    deploy(cluster, [workload({ name: 'web', replicas: 3 })]);
    cluster.run(1);
    const { annotations, labels } = cluster.last('deployments', 'shop', 'web').metadata;
    expect(annotations?.['argocd.argoproj.io/tracking-id']).toBe(annotation);
    expect(labels?.['app.kubernetes.io/instance']).toBe(label);
    person(cluster).scale(web, 7);
    cluster.run(1);
    expect(cluster.replicas('shop', 'web')).toEqual([3, 7, 3]);
  });

  it('flips between two Applications that declare one object, which both warn', () => {
    const cluster = virtualCluster();
    const repository = cluster.git.repository(URL);
    for (const [name, replicas] of [
      ['a', 2],
      ['b', 5],
    ] as const) {
      repository.commit(name, () => [workload({ name: 'web', replicas })]);
      cluster.create([application({ name, repoURL: URL, destination: 'shop' })]);
    }
    cluster.run(3);
    expect(cluster.replicas('shop', 'web').length).toBeGreaterThan(6);
    const marks = cluster
      .versions('deployments', 'shop', 'web')
      .map((version) => version.metadata.annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0]);
    expect(new Set(marks)).toEqual(new Set(['a', 'b']));
    const warned = ['a', 'b'].filter((name) =>
      cluster
        .versions('applications', 'argocd', name)
        .some((version) => JSON.stringify(version.status ?? {}).includes('SharedResourceWarning')),
    );
    expect(warned).toEqual(['a', 'b']);
  });

  it('undoes the half of a live repair that a parent application declares', () => {
    const cluster = virtualCluster();
    const child = application({
      name: 'web',
      repoURL: URL,
      destination: 'shop',
      syncOptions: ['CreateNamespace=true'],
    });
    cluster.git.repository(URL).commit('web', () => [workload({ name: 'web', replicas: 3 })]);
    cluster.git.repository(URL).commit('parent', () => [child]);
    cluster.create([application({ name: 'parent', repoURL: URL, destination: 'argocd' })]);
    cluster.run(2);
    const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' };
    person(cluster).merge(target, {
      spec: {
        ignoreDifferences: [replicasRule('Deployment')],
        syncPolicy: { syncOptions: ['CreateNamespace=true', 'RespectIgnoreDifferences=true'] },
      },
    });
    cluster.run(1);
    expect(app(cluster).spec).toMatchObject({
      ignoreDifferences: [replicasRule('Deployment')],
      syncPolicy: { syncOptions: ['CreateNamespace=true'] },
    });
  });
});
