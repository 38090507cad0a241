import { describe, expect, it } from 'vitest';
import { ClusterModel, sameObject } from '../../src/model/cluster-model.ts';
import type { Fact, ScaledObjectFact } from '../../src/model/facts.ts';
import { factOf, rawSettings, rawWorkload } from '../support/cluster.ts';
import { applicationFact, hpaFact, replicaSetFact, WEB, workloadFact } from '../support/facts.ts';

function modelOf(...facts: readonly Fact[]): ClusterModel {
  const model = new ClusterModel();
  for (const fact of facts) show(model, fact);
  return model;
}

function show(model: ClusterModel, fact: Fact) {
  return model.apply({ type: 'upsert', at: 0, origin: 'watch', fact });
}

function remove(model: ClusterModel, { fact, ref, uid }: Fact) {
  return model.apply({ type: 'delete', at: 0, origin: 'watch', fact, ref, uid });
}

function scaledObject(name: string): ScaledObjectFact {
  const { ref, ...base } = hpaFact({ name });
  return {
    ...base,
    fact: 'scaledobject',
    ref: { ...ref, apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
    target: { apiVersion: '', kind: 'Deployment', name: 'web' },
    idle: null,
    hpaName: null,
    paused: false,
  };
}

describe('one change', () => {
  it('says what it replaced and what stands there now', () => {
    const model = new ClusterModel();
    const [three, six] = [workloadFact({ replicas: 3 }), workloadFact({ replicas: 6 })];
    expect(show(model, three)).toMatchObject({ previous: undefined, current: three });
    expect(show(model, six)).toMatchObject({ previous: three, current: six });
    expect(remove(model, six)).toMatchObject({ previous: six, current: undefined });
    expect(remove(model, six)).toMatchObject({ previous: undefined, current: undefined });
    expect(model.workload(WEB)).toBeUndefined();
  });

  it('of an Event or a lens is handed on and not kept', () => {
    const event = factOf({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'web.1', namespace: 'shop', uid: 'e' },
      involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      reason: 'ScalingReplicaSet',
    });
    const model = new ClusterModel();
    expect(show(model, event).current).toBe(event);
    expect(show(model, event).previous).toBeUndefined();
  });

  it('that ends a list tells which kinds may be concluded from', () => {
    const model = new ClusterModel();
    model.apply({ type: 'interrupted', at: 0, resource: 'deployments', reason: '' });
    expect(model.synced.has('deployments')).toBe(false);
    model.apply({ type: 'synced', at: 0, resource: 'deployments' });
    expect(model.synced.has('deployments')).toBe(true);
  });
});

describe('what scales a workload', () => {
  it('is every HPA and ScaledObject that names it, HPAs first, by name', () => {
    const model = modelOf(
      scaledObject('a'),
      hpaFact({ name: 'z' }),
      hpaFact({ name: 'b' }),
      hpaFact({ name: 'c', target: 'api' }),
    );
    expect(model.scalersOf(WEB).map(({ fact, ref }) => `${fact} ${ref.name}`)).toEqual([
      'hpa b',
      'hpa z',
      'scaledobject a',
    ]);
  });

  it('is followed when a scaler is pointed elsewhere or deleted', () => {
    const model = modelOf(hpaFact({ name: 'one' }), hpaFact({ name: 'two' }));
    show(model, hpaFact({ name: 'one', target: 'api' }));
    remove(model, hpaFact({ name: 'two' }));
    expect(model.scalersOf(WEB)).toEqual([]);
    expect(model.scalersOf({ ...WEB, name: 'api' })).toHaveLength(1);
  });

  it('is found whatever version of the API the scaler names', () => {
    expect(modelOf(hpaFact({ apiVersion: 'apps/v1beta1' })).scalersOf(WEB)).toHaveLength(1);
  });
});

describe('the ReplicaSets of a workload', () => {
  it('are those it controls, and no longer those it has lost', () => {
    const model = modelOf(
      replicaSetFact('a', 3),
      replicaSetFact('b', 0),
      replicaSetFact('c', 1, { controllerUid: null }),
    );
    expect(model.replicaSetsOf('uid-Deployment-web').map(({ ref }) => ref.name)).toEqual(['a', 'b']);
    remove(model, replicaSetFact('a', 3));
    expect(model.replicaSetsOf('uid-Deployment-web').map(({ ref }) => ref.name)).toEqual(['b']);
    expect(model.replicaSetsOf('nobody')).toEqual([]);
  });
});

describe('the Application that manages an object', () => {
  const labelled = (value: string) =>
    factOf({
      ...rawWorkload(),
      metadata: { name: 'web', namespace: 'shop', uid: 'u', labels: { 'app.kubernetes.io/instance': value } },
    });
  const byLabel = factOf(rawSettings({ 'application.resourceTrackingMethod': 'label' }));
  const elsewhere = (name: string, namespace = 'argocd') => applicationFact({ name, namespace, resources: [] });
  const nameOf = (model: ClusterModel, object: Fact) => {
    if (object.fact !== 'workload') throw new Error('not a workload');
    const app = model.applicationOf(object);
    return app === undefined ? null : `${app.ref.namespace}/${app.ref.name}`;
  };

  it.each<[string, readonly Fact[], Fact, string | null]>([
    ['is the one that its mark names', [elsewhere('web'), elsewhere('api')], workloadFact(), 'argocd/web'],
    [
      'lives in the namespace that the mark names',
      [elsewhere('web'), elsewhere('web', 'team-a')],
      workloadFact({ trackedBy: 'team-a_web' }),
      'team-a/web',
    ],
    [
      'is the one that lists it, where it has no mark',
      [applicationFact({ name: 'shop' })],
      labelled('chart'),
      'argocd/shop',
    ],
    ['is not told by a label that a chart set, under annotations', [elsewhere('chart')], labelled('chart'), null],
    ['is told by the label, where argocd-cm says so', [elsewhere('chart'), byLabel], labelled('chart'), 'argocd/chart'],
    [
      'is nobody, where two list it and no mark decides',
      [applicationFact({ name: 'a' }), applicationFact({ name: 'b' })],
      labelled('x'),
      null,
    ],
    [
      'is nobody, where the mark is of another installation',
      [elsewhere('web'), factOf(rawSettings({ installationID: 'other' }))],
      workloadFact(),
      null,
    ],
  ])('%s', (_, facts, object, expected) => {
    expect(nameOf(modelOf(...facts), object)).toBe(expected);
  });

  it.each<[string, readonly Fact[], string | null]>([
    ["is the controller's own of that name", [elsewhere('web'), elsewhere('web', 'team-a')], 'argocd'],
    ['is the only one of that name, wherever it lives', [elsewhere('web', 'team-a')], 'team-a'],
    ['is nobody where two others have that name', [elsewhere('web', 'team-a'), elsewhere('web', 'team-b')], null],
    ['is nobody where none has', [elsewhere('api')], null],
  ])('by the name of a contender %s', (_, facts, namespace) => {
    expect(modelOf(...facts).applicationNamed('web')?.ref.namespace ?? null).toBe(namespace);
  });

  it('is no longer found by a list it has dropped out of', () => {
    const model = modelOf(applicationFact({ name: 'shop' }));
    show(model, applicationFact({ name: 'shop', resources: [] }));
    expect(model.applicationsListing(WEB)).toEqual([]);
  });
});

describe('two names of one object', () => {
  it('are told from names of different ones', () => {
    expect(sameObject(WEB, { ...WEB, apiVersion: 'apps/v1beta2' })).toBe(true);
    expect(sameObject(WEB, { ...WEB, apiVersion: 'v1' })).toBe(false);
    expect(sameObject(WEB, { ...WEB, namespace: 'other' })).toBe(false);
  });
});

describe('settings of Argo CD', () => {
  it('are the defaults until argocd-cm is seen, and the defaults again when it is gone', () => {
    const cm = factOf(
      rawSettings({
        'application.resourceTrackingMethod': 'annotation+label',
        'application.instanceLabelKey': 'example.com/app',
        'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers:\n- /spec/replicas\n',
      }),
    );
    const model = new ClusterModel();
    expect(model.trackingSettings().method).toBe('annotation');
    show(model, cm);
    expect(model.trackingSettings()).toMatchObject({ method: 'annotation+label', instanceLabelKey: 'example.com/app' });
    expect(model.systemRules()).toHaveLength(1);
    remove(model, cm);
    expect([model.trackingSettings().method, model.systemRules()]).toEqual(['annotation', []]);
  });
});
